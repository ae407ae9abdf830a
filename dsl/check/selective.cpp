#include "dsl/check/selective.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dsl/steps/body.hpp"

namespace weir {

using namespace plan;

namespace {

class Selecting {
public:
    Selecting(Plan& plan, ChannelId queue) : plan_(plan), queue_(queue), name_(plan.channels[queue].name) {}
    void make() {
        std::vector<Arm> arms;
        ChannelId rest = none;
        std::size_t number = 0, count = 0;
        const auto each = [&](auto&& use) {
            for (Flow& flow : plan_.flows)
                for (Source& source : flow.sources)
                    if (source.channel == queue_) use(flow, source);
        };
        each([&](Flow&, Source& source) { count += source.where != none; });
        bool may_answer = false;
        each([&](Flow& flow, Source& source) {
            may_answer = may_answer || flow.may_answer;
            const ChannelId own = channel(flow.name, source.at);
            if (source.where == none) {
                rest = own;
            } else {
                Arm arm;
                arm.when = source.where;
                arm.label = fmt::format("when {}/{}", ++number, count);
                arm.block = send(own, arm.label, source.at);
                arms.push_back(std::move(arm));
            }
            source.channel = own;
            source.where = none;
        });
        Arm otherwise;
        otherwise.otherwise = true;
        otherwise.label = "else 1/1";
        otherwise.block = send(rest, otherwise.label, plan_.channels[queue_].at);
        arms.push_back(std::move(otherwise));

        Flow flow;
        flow.name = name_ + "/select";
        flow.at = plan_.channels[queue_].at;
        flow.of_tap = true;
        flow.may_answer = may_answer;
        Source source;
        source.channel = queue_;
        source.at = flow.at;
        flow.sources.push_back(source);
        Node route;
        route.word = "route";
        route.at = flow.at;
        route.exprs = {none};
        route.arms = std::move(arms);
        route.can_fail.add(FailureClass::invalid);
        flow.can_fail = route.can_fail;
        flow.first = add(std::move(route), "route 1/1");
        plan_.flows.push_back(std::move(flow));
    }

private:
    ChannelId channel(const std::string& reader, Span at) {
        Channel made = plan_.channels[queue_];
        made.name = name_ + "/" + reader;
        made.of_tap = true;
        made.at = at;
        plan_.channels.push_back(std::move(made));
        return static_cast<ChannelId>(plan_.channels.size() - 1);
    }
    NodeId send(ChannelId to, const std::string& label, Span at) {
        Node node;
        node.word = "->";
        node.at = at;
        node.exprs = {none, none};
        Target target;
        target.channel = to;
        node.targets = {target};
        return add(std::move(node), fmt::format("{}/-> {} 1/1", label, plan_.channels[to].name));
    }
    NodeId add(Node node, const std::string& identity) {
        node.identity = name_ + "/select/" + identity;
        node.identity_hash = identity_hash(node.identity);
        plan_.nodes.push_back(std::move(node));
        return static_cast<NodeId>(plan_.nodes.size() - 1);
    }

    Plan& plan_;
    ChannelId queue_;
    std::string name_;
};

}  // namespace

void selective_readers(Plan& plan) {
    const std::size_t declared = plan.channels.size();
    for (ChannelId id = 0; id < declared; ++id) {
        if (plan.channels[id].kind != ChannelKind::queue) continue;
        bool selective = false;
        for (const Flow& flow : plan.flows)
            selective = selective || std::any_of(flow.sources.begin(), flow.sources.end(), [&](const Source& s) { return s.channel == id && s.where != none; });
        if (selective) Selecting(plan, id).make();
    }
}

}  // namespace weir
