#include "dsl/check/header.hpp"

#include <algorithm>
#include <map>

#include "dsl/check/arguments.hpp"
#include "dsl/names/nearest.hpp"
#include "dsl/steps/clauses.hpp"

namespace weir {

using namespace plan;

namespace {

const StepSpec& from_form() {
    static const StepSpec form = step("from", "Where the messages come from.").add(source_clauses()).text("T " + source_clauses().text(true));
    return form;
}

void from_rest(Checker& c, const Parts& parts) {
    const syntax::Part* rest = parts.peek();
    if (!rest) return;
    if (std::holds_alternative<syntax::Arrow>(rest->node)) c.not_built(rest->at, "a target in the header");
    else c.findings.error(Code::W0401, rest->at, "{} does not belong to `from`", part_text(c, *rest)).help("`{}`", from_form().form_of());
}

// The form of a clause that is neither `from` nor `on`; none has its finding.
const HeaderWord* known_word(Checker& c, const syntax::Clause& clause) {
    if (const HeaderWord* found = find_header_word(clause.word.text)) return found;
    auto finding = c.findings.error(Code::W0401, clause.word.at, "a flow's header has no `{}`", clause.word.text);
    std::vector<std::string> words = {"from", "on"};
    for (const HeaderWord& w : header_words()) words.push_back(w.form.word);
    const std::string best = nearest(clause.word.text, words);
    if (!best.empty()) finding.replace(clause.word.at, best, "did you mean");
    else finding.help("`from`, `on`, `workers`, `history off`; steps stand between braces");
    return nullptr;
}

// The action of an `on` line. None: it has its finding.
std::optional<WrittenAction> table_action(Checker& c, const syntax::Clause& clause, Parts& parts, Around around, std::vector<NotBuilt>& not_built) {
    bool told = false;
    auto written = read_action(parts, c, in_table, around, not_built, told);
    if (told) return std::nullopt;
    const syntax::Part* rest = parts.peek();
    if (!written) {
        c.findings.error(rest ? Code::W0301 : Code::W0302, rest ? rest->at : clause.at, "behind `on` and its classes stands an action").help("`-> target`, `discard V`, `reject V`, `fail CLASS [V]`, `fail again`");
        return std::nullopt;
    }
    if (!rest) return written;
    c.findings.error(Code::W0301, rest->at, "{} does not belong to this action", part_text(c, *rest));
    return std::nullopt;
}

class Header {
public:
    Header(Checker& c, ExprScope& scope, FlowState& state, const syntax::Flow& written, Flow& flow) : c_(c), scope_(scope), state_(state), written_(written), flow_(flow) {}

    void lower() {
        for (const syntax::Clause& clause : written_.header)
            if (clause.word.text == "from") from(clause);
        if (!from_seen_) c_.findings.error(Code::W0400, written_.name.at, "flow `{}` has no source", written_.name.text).help("`from channel` or `from connector.operation(..)`");
        know_messages();
        state_.source_known = !unknown_source_ && !flow_.sources.empty();
        if (unknown_source_) c_.unknown_sources.insert(flow_.name);
        for (const syntax::Clause& clause : written_.header) {
            if (clause.word.text == "on") on(clause);
            else if (clause.word.text != "from") word(clause);
        }
        requests();
        table();
    }

private:
    void word(const syntax::Clause& clause) {
        const HeaderWord* found = known_word(c_, clause);
        if (!found) return;
        if (const auto first = seen_.find(found); first != seen_.end()) {
            c_.findings.error(Code::W0409, clause.word.at, "`{}` stands twice", clause.word.text).label(first->second, "first here");
            return;
        }
        seen_.emplace(found, clause.word.at);
        const auto form = match_parts(c_, found->form, clause.parts, clause.word.at, around());
        if (!form) return;
        HeaderLowering header{c_, scope_, state_, written_, flow_};
        if (found->lower && form->not_built.empty()) found->lower(header, clause, *form);
        else if (!found->lower) c_.not_built(clause.word.at, "`" + std::string(clause.word.text) + "` in a header");
        else tell_not_built(c_, form->not_built);
    }

    Around around() const {
        Around a;
        a.module = scope_.module;
        return a;
    }

    void from(const syntax::Clause& clause) {
        from_seen_ = true;
        Parts parts(clause.parts);
        do {
            if (!source(parts)) return;
        } while (parts.take<syntax::Comma>());
        from_rest(c_, parts);
    }

    // A channel's dotted name, or connector.operation(arguments).
    bool source(Parts& parts) {
        const syntax::Part* here = parts.peek();
        const syntax::Expr* e = parts.take_value();
        if (!e) {
            c_.findings.error(Code::W0400, here ? here->at : written_.name.at, "behind `from` stands a channel or an endpoint");
            return false;
        }
        Source made;
        made.at = e->at;
        const OperationSpec* operation = nullptr;
        bool known = false;
        if (const auto* m = std::get_if<syntax::Member>(&e->node); m && m->arguments && m->base) {
            auto base = dotted_name(*m->base, c_.sources);
            const Span name_at{e->at.begin, m->field.at.end};
            ExprScope start;
            start.module = scope_.module;
            start.why_no_message = "a source is opened before there is a message";
            if (base) {
                const EndpointUse use = lower_endpoint(c_, start, {c_.sources.text(name_at), name_at}, *m->arguments, OperationRole::source, e->at);
                made.endpoint = use.id;
                operation = use.operation;
                known = use.id != none;
            }
        } else if (const auto* call = std::get_if<syntax::Call>(&e->node)) {
            ExprScope start;
            start.module = scope_.module;
            lower_endpoint(c_, start, call->function, call->arguments, OperationRole::source, e->at);
        } else if (auto name = dotted_name(*e, c_.sources)) {
            known = channel(*name, made);
        } else {
            c_.findings.error(Code::W0400, e->at, "`{}` is neither a channel nor an endpoint", c_.text(e->at));
        }
        if (!source_clauses(parts, made, operation)) return false;
        if (made.channel != none && c_.plan.channels[made.channel].kind == ChannelKind::topic) subscribe(made);
        if (is_twin(made)) return true;
        if (!known) {
            unknown_source_ = true;
            return true;
        }
        if (operation) {
            operations_.push_back(operation);
        }
        if (state_.takes_back && !(operation && operation->takes_back)) {
            state_.takes_back = false;
            state_.source_at = made.at;
        }
        flow_.sources.push_back(std::move(made));
        return true;
    }

    bool channel(const syntax::Name& name, Source& made) {
        if (auto at = c_.channels.find(name.text); at != c_.channels.end()) {
            made.channel = at->second.id;
            return true;
        }
        if (name.text.ends_with(".dead") && c_.flows.count(name.text.substr(0, name.text.size() - 5))) {
            made.dead = true;
            made.subscription = name.text.substr(0, name.text.size() - 5);
            return true;
        }
        std::vector<Candidate> near;
        for (const auto& [n, channel] : c_.channels) near.push_back({n, channel.has_producer && !channel.has_consumer});
        auto finding = c_.findings.error(Code::W0102, name.at, "flow `{}` reads `{}`, which is not declared", written_.name.text, name.text);
        finding.say("not declared here or in an import");
        const std::string best = nearest(name.text, near);
        if (!best.empty()) {
            const ChannelName& found = c_.channels.find(best)->second;
            if (found.has_producer && !found.has_consumer) finding.label(found.at, "this one has a producer (line {}) and no consumer", c_.sources.place(found.produced.begin).line);
            finding.replace(name.at, best, "use the declared name");
        } else if (const std::size_t dot = name.text.find('.'); dot != std::string_view::npos && c_.connector(*scope_.module, name.text.substr(0, dot))) {
            finding.help("an endpoint always has parentheses: `{}(..)`", name.text);
        } else {
            finding.help("declare it: `queue {}`", name.text);
        }
        return false;
    }

    bool source_clauses(Parts& parts, Source& made, const OperationSpec* operation) {
        const bool topic = made.channel != none && c_.plan.channels[made.channel].kind == ChannelKind::topic;
        const bool queue = made.channel != none && !topic;
        Form form;
        if (!take_places(parts, c_, from_form(), from_form().places, made.at, around(), in_table, form)) return false;
        tell_not_built(c_, form.not_built);
        if (made.dead) {
            for (const Filling& f : form.fillings) c_.findings.error(Code::W0402, f.at, "`{}` does not belong to dead letters", f.place->clause).say("a flow that reads them takes them all");
            return true;
        }
        if (const Filling* as = form.get("as")) {
            made.subscription = dotted_name(*as->value, c_.sources)->text;
            if (queue || operation) c_.findings.error(Code::W0402, as->at, "`as` names a subscription, and {} has none", queue ? "a queue" : "an endpoint");
        }
        if (const Filling* since = form.get("since oldest")) {
            made.since_oldest = true;
            if (queue || operation) c_.findings.error(Code::W0402, since->at, "`since oldest` belongs to a topic, and this is {}", queue ? "a queue" : "an endpoint");
        }
        if (const Filling* live = form.get("live")) {
            made.live = true;
            if (!topic) c_.findings.error(Code::W0402, live->at, "`live` belongs to a topic, and this is {}", queue ? "a queue" : "an endpoint");
            else if (made.since_oldest) c_.findings.error(Code::W0402, form.get("since oldest")->at, "a `live` subscription begins where it is when the flow starts").label(live->at, "not durable");
        }
        if (const Filling* where = form.get("where")) {
            if (operation) {
                c_.findings.error(Code::W0402, where->at, "`where` selects among the messages of a channel, and this is an endpoint").help("`filter` behind it, as the first step");
            } else {
                ExprScope choosing;
                choosing.module = scope_.module;
                choosing.message = true;
                if (made.channel != none) choosing.body = c_.plan.channels[made.channel].type;
                made.where = Expressions(c_, choosing).condition(*where->value, "`where`");
                c_.plan.frame = std::max(c_.plan.frame, choosing.frame);
            }
        }
        if (const Filling* weight = form.get("weight")) {
            const auto value = Expressions(c_, scope_).literal(*weight->value);
            const auto* n = value ? std::get_if<std::int64_t>(&*value) : nullptr;
            if (n && *n >= 1 && *n <= 1000) made.weight = static_cast<std::uint32_t>(*n);
            else c_.findings.error(Code::W0417, weight->value->at, "`weight` wants a whole number from 1 to 1000");
        }
        if (const Filling* every = form.get("every")) {
            const auto value = Expressions(c_, scope_).literal(*every->value);
            const auto* d = value ? std::get_if<Duration>(&*value) : nullptr;
            if (!d || d->nanoseconds <= 0) c_.findings.error(Code::W0401, every->value->at, "`every` wants a duration: `every 5s`");
            else made.every = d->nanoseconds;
            if (made.channel != none) c_.not_built(every->at, "polling a channel");
            else if (operation && !operation->polls) c_.findings.error(Code::W0403, every->at, "`every` belongs to a source that is asked, and this one comes by itself");
        }
        if (const Filling* max = form.get("max")) {
            const auto value = Expressions(c_, scope_).literal(*max->value);
            const auto* n = value ? std::get_if<std::int64_t>(&*value) : nullptr;
            if (!n || *n < 1) c_.findings.error(Code::W0401, max->value->at, "`max` wants a whole number of at least 1");
            else made.max = static_cast<std::uint64_t>(*n);
            if (made.channel == none && operation && operation->polls) c_.not_built(max->at, "`max` of a source");
            if (made.channel == none && operation && !operation->polls) c_.findings.error(Code::W0403, max->at, "`max` belongs to a source that is asked, and this one comes by itself");
        }
        return true;
    }

    void subscribe(Source& made) {
        if (made.subscription.empty()) made.subscription = written_.name.text;
        const std::string& topic = c_.plan.channels[made.channel].name;
        if (!c_.subscriptions.insert(topic + " as " + made.subscription).second)
            c_.findings.error(Code::W0411, made.at, "the topic `{}` has two subscriptions `{}`", topic, made.subscription).help("`as NAME` gives one of them another name");
    }

    bool is_twin(const Source& made) {
        if (!made.dead && (made.channel == none || c_.plan.channels[made.channel].kind == ChannelKind::topic)) return false;
        for (const Source& s : flow_.sources)
            if (s.channel == made.channel && s.dead == made.dead && s.subscription == made.subscription) {
                c_.findings.error(Code::W0409, made.at, "`{}` is a source of this flow already", c_.text(made.at)).label(s.at, "first here");
                return true;
            }
        return false;
    }

    // A source whose sender waits: R4, Q3.
    void requests() {
        if (std::none_of(operations_.begin(), operations_.end(), [](const OperationSpec* o) { return o->two_way; })) return;
        if (!seen_.count(find_header_word("workers"))) flow_.workers = 64;
    }

    // What every source has in common is what the steps know.
    void know_messages() {
        if (unknown_source_ || flow_.sources.empty()) return;
        TypeId body = none;
        for (const Source& s : flow_.sources) {
            TypeId type = c_.types.any();
            if (s.channel != none) type = c_.plan.channels[s.channel].type;
            else if (const OperationSpec* o = operation_of(s)) type = o->body == TypeKind::record || o->body == TypeKind::array || o->body == TypeKind::map ? c_.types.any() : c_.types.of(o->body);
            body = body == none ? type : c_.types.either(body, type);
        }
        scope_.body = body;
        if (operations_.size() != flow_.sources.size()) return;
        std::vector<Field> fields;
        for (const FactSpec& f : operations_.front()->facts) {
            const bool everywhere = std::all_of(operations_.begin(), operations_.end(), [&](const OperationSpec* o) { return std::any_of(o->facts.begin(), o->facts.end(), [&](const FactSpec& g) { return g.name == f.name; }); });
            if (!everywhere) continue;
            Field field;
            field.name = f.name;
            field.type = f.type == TypeKind::record || f.type == TypeKind::map || f.type == TypeKind::array ? c_.types.any() : c_.types.of(f.type);
            fields.push_back(std::move(field));
        }
        scope_.source = c_.types.record(std::move(fields), true);
    }

    const OperationSpec* operation_of(const Source& s) const {
        if (s.endpoint == none) return nullptr;
        const Endpoint& e = c_.plan.endpoints[s.endpoint];
        const ConnectorSpec* spec = c_.catalog.find(c_.plan.connectors[e.connector].kind);
        return spec ? spec->find(e.operation, OperationRole::source) : nullptr;
    }

    void on(const syntax::Clause& clause) {
        WrittenOn line;
        line.at = clause.at;
        for (const syntax::Name& n : clause.classes) {
            FailureClass failure = FailureClass::any;
            if (!failure_class(c_, n, failure, true)) continue;
            line.classes.push_back(n);
            state_.table_classes.push_back({failure, n.at});
        }
        Parts parts(clause.parts);
        std::vector<NotBuilt> not_built;
        auto written = table_action(c_, clause, parts, around(), not_built);
        if (!written) return;
        if (tell_not_built(c_, not_built)) {
            check_forms_inside(c_, *written, around());
            return;
        }
        line.action = std::move(*written);
        if (!line.classes.empty()) table_.push_back(std::move(line));
    }

    void table() {
        ExprScope scope;
        scope.module = scope_.module;
        scope.message = true;
        scope.failure = true;
        scope.source = scope_.source;
        // The message is as it entered the unit, and that may have been behind a rest: nothing is known of its body.
        flow_.on = Lowering(c_, state_, scope).failure_lines(table_, FailurePlace::table, {});
    }

    Checker& c_;
    ExprScope& scope_;
    FlowState& state_;
    const syntax::Flow& written_;
    Flow& flow_;
    std::map<const HeaderWord*, Span> seen_;
    bool from_seen_ = false, unknown_source_ = false;
    std::vector<const OperationSpec*> operations_;
    std::vector<WrittenOn> table_;
};

}  // namespace

void check_header_forms(Checker& c, const std::vector<syntax::Clause>& header, Around around) {
    for (const syntax::Clause& clause : header) {
        Parts parts(clause.parts);
        if (clause.word.text == "on") {
            for (const syntax::Name& n : clause.classes) {
                FailureClass ignored = FailureClass::any;
                failure_class(c, n, ignored, true);
            }
            std::vector<NotBuilt> not_built;
            if (const auto action = table_action(c, clause, parts, around, not_built)) check_forms_inside(c, *action, around);
        } else if (clause.word.text == "from") {
            bool fine = true;
            do {
                const Span at = parts.end() ? clause.word.at : parts.peek()->at;
                Form form;
                if (!parts.take_value()) {
                    c.findings.error(Code::W0400, at, "behind `from` stands a channel or an endpoint");
                    fine = false;
                } else {
                    fine = take_places(parts, c, from_form(), from_form().places, at, around, in_table, form);
                }
            } while (fine && parts.take<syntax::Comma>());
            if (fine && !parts.peek_as<syntax::Arrow>()) from_rest(c, parts);
        } else if (const HeaderWord* found = known_word(c, clause)) {
            match_parts(c, found->form, clause.parts, clause.word.at, around);
        }
    }
}

void lower_header(Checker& c, ExprScope& scope, FlowState& state, const syntax::Flow& written, Flow& flow) { Header(c, scope, state, written, flow).lower(); }

}  // namespace weir
