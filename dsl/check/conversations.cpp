// What only all flows together show: who reads a queue, where an answer can come from and who waits for one, which flows wait.
#include <algorithm>
#include <map>

#include "dsl/check/checker.hpp"
#include "dsl/plan/walk.hpp"

namespace weir {

using namespace plan;

namespace {

class Conversations {
public:
    explicit Conversations(Checker& c) : c_(c), plan_(c.plan) {
        for (FlowId f = 0; f < plan_.flows.size(); ++f)
            for (const Source& s : plan_.flows[f].sources)
                if (s.channel != none) readers_[s.channel].push_back(f);
    }

    void all() {
        // A word that is not built may be what answers, or what carries a return address.
        unbuilt_ = std::any_of(c_.findings.all().begin(), c_.findings.all().end(), [](const Finding& f) { return f.code == Code::W0300; });
        selective();
        letters();
        waits();
        answers();
        return_addresses();
    }

private:
    const OperationSpec* operation(EndpointId id, OperationRole role) const {
        const Endpoint& e = plan_.endpoints[id];
        const ConnectorSpec* spec = e.connector == none ? nullptr : c_.catalog.find(plan_.connectors[e.connector].kind);
        return spec ? spec->find(e.operation, role) : nullptr;
    }

    // R7: of a queue's readers with conditions, exactly one takes the rest.
    void selective() {
        for (const auto& [channel, flows] : readers_) {
            if (plan_.channels[channel].kind != ChannelKind::queue) continue;
            std::vector<const Source*> choosy, rest;
            for (FlowId f : flows)
                for (const Source& s : plan_.flows[f].sources)
                    if (s.channel == channel) (s.where != none ? choosy : rest).push_back(&s);
            if (choosy.empty() || rest.size() == 1) continue;
            const std::string& name = plan_.channels[channel].name;
            if (rest.empty()) {
                c_.findings.error(Code::W0416, choosy.back()->at, "all readers of the queue `{}` have a `where`", name).say("a message that none of them selects would stand for ever").help("one of them has no `where` and takes the rest");
            } else {
                c_.findings.error(Code::W0416, rest[1]->at, "the queue `{}` has two readers without `where` beside selective ones", name).label(rest[0]->at, "this one takes the rest").help("several flows may share a queue when none of them has a `where`");
            }
        }
    }

    // Who reads dead letters leaves its own somewhere else: what fails again would go round for ever.
    void letters() {
        const auto reads = [&](const Flow& f, const std::string& of) { return std::any_of(f.sources.begin(), f.sources.end(), [&](const Source& s) { return s.dead && s.subscription == of; }); };
        for (const Flow& f : plan_.flows)
            for (const Source& s : f.sources) {
                if (!s.dead) continue;
                std::vector<std::string> behind = {f.name};  // the flows that read what this one leaves, and so on
                for (std::size_t n = 0; n < behind.size(); ++n)
                    for (const Flow& other : plan_.flows)
                        if (reads(other, behind[n]) && std::find(behind.begin(), behind.end(), other.name) == behind.end()) behind.push_back(other.name);
                if (std::find(behind.begin(), behind.end(), s.subscription) == behind.end()) continue;
                c_.findings.error(Code::W0400, s.at, "flow `{}` reads dead letters that its own lead back to", f.name).say("a message that fails again would go round for ever");
                return;
            }
    }

    // R4: what waits takes only as many messages as it has workers. Sends to files and the console are pipelined and never counted.
    void waits() {
        for (Flow& f : plan_.flows)
            walk(
                plan_, f,
                [&](const Node& n) {
                    f.waits = f.waits || n.call;
                    for (const Target& t : n.targets) f.waits = f.waits || asks(t);
                },
                [&](const Action& a) { f.waits = f.waits || (a.kind == ActionKind::send && asks(a.target)); });
    }
    bool asks(const Target& t) const {
        const OperationSpec* o = t.endpoint == none ? nullptr : operation(t.endpoint, OperationRole::sink);
        return o && (o->answers || o->timeout != 0);
    }

    // The channels to which a flow passes the message itself on, with its return address.
    std::vector<ChannelId> forwards(const Flow& f) const {
        std::vector<ChannelId> all;
        walk(
            plan_, f,
            [&](const Node& n) {
                if (n.word == "->" && n.targets.front().channel != none && n.exprs[0] == none) all.push_back(n.targets.front().channel);
            },
            [&](const Action& a) {
                if (a.kind == ActionKind::send && a.target.channel != none) all.push_back(a.target.channel);
            });
        return all;
    }

    // Q3: can a reply come of what a flow takes, here or behind it?
    void answers() {
        for (Flow& f : plan_.flows)
            walk(
                plan_, f, [&](const Node& n) { f.may_answer = f.may_answer || n.word == "reply"; }, [&](const Action& a) { f.may_answer = f.may_answer || a.kind == ActionKind::reply; });
        for (bool changed = true; changed;) {
            changed = false;
            for (Flow& f : plan_.flows) {
                if (f.may_answer) continue;
                for (ChannelId channel : forwards(f)) f.may_answer = f.may_answer || answered(channel);
                changed = changed || f.may_answer;
            }
        }
        if (unbuilt_) return;
        for (const Flow& f : plan_.flows)
            for (const Source& s : f.sources)
                if (s.endpoint != none && two_way(s) && !always_answers(f.first)) unanswered(f, s);
    }
    bool answered(ChannelId channel) const {
        const auto at = readers_.find(channel);
        return at != readers_.end() && std::any_of(at->second.begin(), at->second.end(), [&](FlowId f) { return plan_.flows[f].may_answer; });
    }
    bool two_way(const Source& s) const {
        const OperationSpec* o = s.endpoint == none ? nullptr : operation(s.endpoint, OperationRole::source);
        return o && o->two_way;
    }
    void unanswered(const Flow& f, const Source& s) {
        c_.findings.warning(Code::W0418, s.at, "`{}` waits for an answer, and flow `{}` can end without one", c_.text(s.at), f.name).say("the sender is told that the message was accepted, with its id").help("`reply 202 {{ id: meta.id }}` says that this is meant");
    }
    // Does every way through these steps end in an answer, in a failure (which is answered by its class), or where the author ends the message?
    bool always_answers(NodeId first) const {
        for (NodeId id = first; id != none; id = plan_.nodes[id].next) {
            const Node& n = plan_.nodes[id];
            if (n.word == "reply" || n.word == "fail" || n.word == "discard") return true;
            if (n.word == "->" && n.targets.front().channel != none && n.exprs[0] == none && answered(n.targets.front().channel)) return true;
            const bool choice = n.word == "route" && !n.arms.empty();
            if (choice && std::all_of(n.arms.begin(), n.arms.end(), [&](const Arm& a) { return always_answers(a.block); })) return true;
        }
        return false;
    }
    // Does every way that reaches the end reply here? Then what is sent on carries no return address (2.2).
    bool replies_itself(NodeId first) const {
        for (NodeId id = first; id != none; id = plan_.nodes[id].next) {
            const Node& n = plan_.nodes[id];
            if (n.word == "reply" || n.word == "fail" || n.word == "discard") return true;
            if (n.word == "route" && !n.arms.empty() && std::all_of(n.arms.begin(), n.arms.end(), [&](const Arm& a) { return replies_itself(a.block); })) return true;
        }
        return false;
    }

    // A `reply` where no way leads from somebody who waits.
    void return_addresses() {
        std::vector<bool> carried(plan_.channels.size(), false);
        for (ChannelId asked : c_.asked)
            if (asked != none) carried[asked] = true;
        const auto carries = [&](const Flow& f) { return std::any_of(f.sources.begin(), f.sources.end(), [&](const Source& s) { return s.dead || two_way(s) || (s.channel != none && carried[s.channel]); }); };
        for (bool changed = true; changed;) {
            changed = false;
            for (const Flow& f : plan_.flows) {
                if (f.of_tap || !carries(f)) continue;
                const bool met = replies_itself(f.first);
                for (ChannelId channel : met ? sent_on_failure(f) : forwards(f))
                    if (!carried[channel]) changed = carried[channel] = true;
            }
        }
        for (const ReplyPlace& r : c_.replies) {
            const auto f = std::find_if(plan_.flows.begin(), plan_.flows.end(), [&](const Flow& one) { return one.name == r.flow; });
            if (f == plan_.flows.end() || f->sources.empty() || c_.unknown_sources.count(f->name) || carries(*f) || (unbuilt_ && !f->of_tap)) continue;
            auto finding = c_.findings.error(Code::W0414, r.at, "nobody waits for this reply");
            finding.label(f->sources.front().at, "{}", f->of_tap ? "a tap's copy carries no return address" : "no message from here carries a return address");
            if (!f->of_tap) finding.help("a request comes from a source that waits (`from web.post(..)`), or through channels from one");
        }
    }
    std::vector<ChannelId> sent_on_failure(const Flow& f) const {
        std::vector<ChannelId> all;
        for (const FailureLine& l : f.on)
            for (const Action* a = &l.action; a; a = a->then.empty() ? nullptr : &a->then.front())
                if (a->kind == ActionKind::send && a->target.channel != none) all.push_back(a->target.channel);
        return all;
    }

    Checker& c_;
    Plan& plan_;
    std::map<ChannelId, std::vector<FlowId>> readers_;
    bool unbuilt_ = false;
};

// A test's `send c .. as name` waits as a requester does.
void asked_by_tests(Checker& c) {
    for (auto& m : c.modules)
        for (const syntax::Declaration& d : m->tree.declarations) {
            const auto* t = std::get_if<syntax::Test>(&d.node);
            if (!t || !t->body) continue;
            for (const syntax::Statement& s : t->body->statements) {
                if (s.word.text != "send" || s.parts.empty()) continue;
                const bool named = std::any_of(s.parts.begin(), s.parts.end(), [](const syntax::Part& p) {
                    const auto* w = std::get_if<syntax::Word>(&p.node);
                    return w && w->text == "as";
                });
                if (!named) continue;
                std::string name;
                if (const auto* target = std::get_if<syntax::Target>(&s.parts.front().node)) name = target->name.text;
                else name = c.text(s.parts.front().at);
                if (const auto at = c.channels.find(name); at != c.channels.end()) c.asked.insert(at->second.id);
            }
        }
}

}  // namespace

void conversations(Checker& c) {
    asked_by_tests(c);
    Conversations(c).all();
}

}  // namespace weir
