// Failure lines: of a flow's table, of a tap, under a step or an arm.
#include <algorithm>

#include "dsl/plan/number.hpp"
#include "dsl/steps/body.hpp"
#include "dsl/steps/exits.hpp"

namespace weir {

using namespace plan;

namespace {

std::string label_of(const std::vector<FailureClass>& classes) {
    std::string label = "on";
    for (std::size_t i = 0; i < classes.size(); ++i) label += (i ? ", " : " ") + std::string(name_of(classes[i]));
    return label;
}

// `retry n times [backoff a[..b]] [jitter n%]`; its `then` is the caller's.
void retry(Checker& c, Expressions expressions, const Form& form, Action& a) {
    if (const Filling* times = form.get("number")) {
        const auto value = expressions.literal(*times->value);
        const auto* n = value ? std::get_if<std::int64_t>(&*value) : nullptr;
        if (n && *n >= 1 && *n <= 1'000'000) a.times = static_cast<std::uint32_t>(*n);
        else c.findings.error(Code::W0417, times->value->at, "`retry` wants a whole number from 1 to 1000000").help("`retry forever` has no end");
    }
    const auto duration = [&](const syntax::Expr& e) -> std::optional<std::int64_t> {
        const auto value = expressions.literal(e);
        const auto* d = value ? std::get_if<Duration>(&*value) : nullptr;
        if (d && d->nanoseconds > 0) return d->nanoseconds;
        c.findings.error(Code::W0417, e.at, "`backoff` wants a duration: `backoff 1s..1m`");
        return std::nullopt;
    };
    if (const Filling* backoff = form.get("backoff")) {
        const auto low = duration(*backoff->value), high = backoff->upto ? duration(*backoff->upto) : low;
        if (low && high && *low > *high) c.findings.error(Code::W0417, backoff->value->at, "`backoff` goes from the shorter delay to the longer one");
        if (low && high) a.backoff_low = *low, a.backoff_high = *high;
    }
    if (const Filling* jitter = form.get("jitter")) {
        const auto value = expressions.literal(*jitter->value);
        const auto* p = value ? std::get_if<Percent>(&*value) : nullptr;
        const double part = p ? to_double(p->value) / 100 : -1;
        if (part >= 0 && part <= 1) a.jitter = part;
        else c.findings.error(Code::W0417, jitter->value->at, "`jitter` wants a percentage up to 100%: `jitter 20%`");
    }
}

}  // namespace

std::string Lowering::prefix() const {
    std::string all = flow_.name;
    for (const std::string& l : labels_) all += "/" + l;
    return all;
}

bool Lowering::failure_action(const WrittenAction& w, FailurePlace place, const std::string& label, Action& a) {
    a.at = w.at;
    std::string name;
    switch (w.word) {
        case ActionWord::send: {
            if (!w.target) return false;
            if (w.value || (w.form && w.form->get("header"))) {
                c.not_built(w.value ? w.value->at : w.at, "a new message in a failure action");
                return false;
            }
            const auto to = target(*w.target);
            if (!to) return false;
            a.kind = ActionKind::send;
            a.target = *to;
            name = "-> " + target_name(*to);
            break;
        }
        case ActionWord::discard:
            a.kind = ActionKind::discard;
            name = "discard";
            break;
        case ActionWord::reject:
            a.kind = ActionKind::reject;
            name = "reject";
            if (!flow_.takes_back && flow_.source_known) {
                c.findings.error(Code::W0404, w.at, "`reject` hands the message back, and a source of `{}` can't take it", flow_.name).label(flow_.source_at, "this one");
                return false;
            }
            break;
        case ActionWord::fail:
            a.kind = ActionKind::fail;
            name = "fail";
            if (!w.failure || !failure_class(c, *w.failure, a.failure, false)) return false;
            break;
        case ActionWord::fail_again:
            a.kind = ActionKind::fail_again;
            name = "fail again";
            break;
        case ActionWord::retry: {
            a.kind = ActionKind::retry;
            name = "retry";
            if (!w.form) return false;
            retry(c, expressions(), *w.form, a);
            const Filling* then = w.form->get("then");
            if (!then || !then->action) break;
            if (then->action->word == ActionWord::retry) {
                c.findings.error(Code::W0301, then->action->at, "behind `then` stands what becomes of it, not a second `retry`");
                return false;
            }
            Action last;
            if (!failure_action(*then->action, place, label, last)) return false;
            a.then.push_back(std::move(last));
            break;
        }
        case ActionWord::reply:
            a.kind = ActionKind::reply;
            name = "reply";
            if (!w.form || !reply_parts(*w.form, w.at, a.status, a.value)) return false;
            break;
        case ActionWord::block: {
            a.kind = ActionKind::steps;
            name = "steps";
            if (!w.block) return false;
            a.block = block(*w.block, label, action_ended_);
            break;
        }
        case ActionWord::give: {
            const Filling* given = w.form ? w.form->get("value") : nullptr;
            a.kind = ActionKind::give;
            name = "give";
            if (!given || !step_only(w, place)) return false;
            a.value = value(*given->value);
            no_secret(a.value, "the body");
            break;
        }
        case ActionWord::skip:
            a.kind = ActionKind::skip;
            name = "skip";
            if (!step_only(w, place)) return false;
            break;
        default: return false;  // not built, has its finding
    }
    if (w.value && a.kind != ActionKind::send) {
        a.text = value(*w.value);
        no_secret(a.text, "a reason");
    }
    a.identity = prefix() + "/" + label + "/" + name;
    return true;
}

bool Lowering::step_only(const WrittenAction& w, FailurePlace place) {
    if (place != FailurePlace::step) {
        c.findings.error(Code::W0301, w.at, "`{}` stands behind `on` under a step only", w.word == ActionWord::give ? "give" : "skip").say("here nothing stands behind it that could go on");
        return false;
    }
    return true;
}

std::vector<FailureLine> Lowering::failure_lines(const std::vector<WrittenOn>& written, FailurePlace place, FailureSet possible, std::vector<ActionResult>* results) {
    std::vector<FailureLine> lines;
    std::vector<std::pair<FailureClass, Span>> taken;
    for (const WrittenOn& on : written) {
        FailureLine line;
        std::vector<Span> at;
        for (const syntax::Name& n : on.classes) {
            FailureClass failure = FailureClass::any;
            if (!read_failure_class(n.text, failure)) continue;  // has its finding
            const auto above = std::find_if(taken.begin(), taken.end(), [&](const auto& t) { return is_within(failure, t.first); });
            if (above != taken.end()) c.findings.error(Code::W0405, n.at, "this line is never reached for `{}`", n.text).label(above->second, "takes it already");
            else if (place == FailurePlace::step && !can_fit(possible, failure)) c.findings.warning(Code::W0413, n.at, "nothing here can fail as `{}`", n.text).say("no step that this line covers does");
            line.classes.push_back(failure);
            at.push_back(n.at);
        }
        const std::string label = label_of(line.classes);
        ActionResult result;
        const TypeId before = scope_->body;
        const std::size_t depth = scope_->bound.size();
        action_ended_ = true;
        block_replied_.reset();
        const bool made = failure_action(on.action, place, label, line.action);
        const Action& last = line.action.then.empty() ? line.action : line.action.then.front();
        result.goes_on = place == FailurePlace::step && (last.kind == ActionKind::give || last.kind == ActionKind::skip || (last.kind == ActionKind::steps && !action_ended_));
        result.body = scope_->body;
        result.given = made && last.kind == ActionKind::give ? expressions().type_of(last.value) : none;
        result.skipped = last.kind == ActionKind::skip;
        result.replied = last.kind == ActionKind::steps ? block_replied_ : std::nullopt;
        scope_->body = before;
        scope_->bound.resize(depth);
        if (!made || takes_for_good(line.action))
            for (std::size_t i = 0; i < line.classes.size(); ++i) taken.push_back({line.classes[i], at[i]});
        if (!made || line.classes.empty()) continue;
        if (results) results->push_back(result);
        lines.push_back(std::move(line));
    }
    // Two lines of one class and action are told apart by their number, as twins in a block are.
    const auto finish = [](Action& a, std::size_t k, std::size_t n) {
        a.identity += fmt::format(" {}/{}", k, n);
        a.identity_hash = identity_hash(a.identity);
    };
    std::vector<std::string> names;
    for (const FailureLine& l : lines) names.push_back(l.action.identity);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto k = static_cast<std::size_t>(std::count(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i) + 1, names[i])), n = static_cast<std::size_t>(std::count(names.begin(), names.end(), names[i]));
        finish(lines[i].action, k, n);
        for (Action& then : lines[i].action.then) finish(then, k, n);
    }
    return lines;
}

}  // namespace weir
