// `expect`: targets, what must be so of them, which of their messages are meant, and for how long.
#include <algorithm>

#include "dsl/check/test.hpp"
#include "dsl/names/nearest.hpp"

namespace weir {

using namespace plan;

namespace {

constexpr std::string_view form = "expect [always] T{, T} (has N / holds N / is empty / is V / called N / succeeded N / called before T / purged N) [where V] [within D]";

Asked asked_of_target(const syntax::Target& t) { return {t.name, t.arguments ? &*t.arguments : nullptr, t.at}; }

// An operand that is a channel's name or an endpoint.
std::optional<Asked> asked_of_value(const syntax::Expr& e, const Sources& sources) {
    const auto* m = std::get_if<syntax::Member>(&e.node);
    if (!(m && m->arguments) && !dotted_name(e, sources)) return std::nullopt;
    Filling f;
    f.value = &e;
    return asked_of(f, sources);
}

}  // namespace

bool TestLowering::count(Parts& parts, TestExpect& made, std::string_view word, Span at) {
    const syntax::Expr* n = parts.take_value();
    if (!n) {
        c_.findings.error(Code::W0302, at, "`{}` lacks its number", word).help("`expect x {} 1`", word);
        return false;
    }
    made.count = typed(*n, TypeKind::int_, word, "1");
    return true;
}

// `where` sees a message: what is expected of it is typed against the channel that it stands in.
bool TestLowering::clauses(Parts& parts, TestExpect& made, TypeId body, const std::string& what) {
    while (!parts.end()) {
        const syntax::Part& here = *parts.peek();
        const bool where = parts.word() == "where";
        if (!where && parts.word() != "within") {
            c_.findings.error(Code::W0301, here.at, "{} does not belong to `expect {}`", part_text(c_, here), what).help("`{}`", form);
            return false;
        }
        parts.skip();
        const syntax::Expr* e = parts.take_value();
        if (!e) {
            c_.findings.error(Code::W0302, here.at, "something is missing behind `{}`", where ? "where" : "within").help("`{}`", form);
            return false;
        }
        if ((where ? made.where : made.within) != none) {
            c_.findings.error(Code::W0301, here.at, "`{}` stands twice", where ? "where" : "within");
            return false;
        }
        if (!where) {
            made.within = typed(*e, TypeKind::duration, "within", "10s");
            continue;
        }
        ExprScope scope = scope_;
        scope.message = true;
        scope.body = body;
        if (made.what == Expected::called || made.what == Expected::succeeded || made.what == Expected::has || made.what == Expected::is) {
            Bound args;
            args.name = "args";
            args.slot = made.arguments = state_.lets++;
            scope.bound.push_back(args);
        }
        Lowering lowering(c_, state_, scope);
        made.where = lowering.condition(*e, "`where`");
    }
    if (made.where != none && (made.what == Expected::is_empty || made.what == Expected::is || made.what == Expected::before || made.what == Expected::purged)) {
        c_.findings.error(Code::W0407, c_.plan.exprs[made.where].at, "`expect {}` takes no `where`", what).help("`expect x has 0 where ..`");
        return false;
    }
    if (made.always && made.within != none) {
        c_.findings.error(Code::W0407, c_.plan.exprs[made.within].at, "`always` holds to the test's end, `within` waits for it: one of the two");
        return false;
    }
    return true;
}

bool TestLowering::expect_flow(Parts& parts, TestExpect& made, Span word) {
    const auto* target = parts.take<syntax::Target>();
    if (!target) {
        c_.findings.error(Code::W0302, word, "`expect flow` lacks its flow").help("`expect flow f filtered 1`");
        return false;
    }
    made.of = flow_name(target->name);
    if (made.of.empty()) return false;
    constexpr std::pair<std::string_view, Expected> words[] = {
        {"holds", Expected::flow_holds}, {"filtered", Expected::flow_filtered}, {"discarded", Expected::flow_discarded}, {"duplicates", Expected::flow_duplicates}, {"failed", Expected::flow_failed}};
    const auto said = parts.word();
    const Span at = parts.end() ? word : parts.peek()->at;
    for (const auto& [text, what] : words) {
        if (said != text) continue;
        made.what = what;
        parts.skip();
        if (!count(parts, made, text, at)) return false;
        if (what != Expected::flow_holds && parts.word() == "where") {
            c_.findings.error(Code::W0407, parts.peek()->at, "`{}` of a flow is a figure and takes no `where`", text);
            return false;
        }
        return clauses(parts, made, c_.types.any(), "flow");
    }
    c_.findings.error(Code::W0302, at, "`expect flow {}` lacks what is expected", made.of).help("`holds`, `filtered`, `discarded`, `duplicates` or `failed`, and a number");
    return false;
}

bool TestLowering::expect_reply(Parts& parts, TestExpect& made) {
    made.what = Expected::reply;
    if (parts.word() == "of") {
        const Span at = parts.peek()->at;
        parts.skip();
        const auto name = parts.word();
        if (!name) {
            c_.findings.error(Code::W0302, at, "`reply of` lacks its name").help("the one that `send .. as name` gave");
            return false;
        }
        made.of = *name;
        if (std::find(replies_.begin(), replies_.end(), made.of) == replies_.end()) {
            auto finding = c_.findings.error(Code::W0407, parts.peek()->at, "no `send` above has the name `{}`", made.of);
            const std::string best = nearest(made.of, replies_);
            if (!best.empty()) finding.replace(parts.peek()->at, best, "did you mean");
            else finding.help("`send .. as {}`", made.of);
            return false;
        }
        parts.skip();
    }
    if (parts.word() == "status") {
        const Span at = parts.peek()->at;
        parts.skip();
        if (!count(parts, made, "status", at)) return false;
    }
    return clauses(parts, made, c_.types.any(), "reply");
}

bool TestLowering::expect_targets(Parts& parts, TestExpect& made, Span word, const syntax::Part& first) {
    TypeId body = c_.types.any();
    bool fine = true, endpoints = false, channels = false;
    do {
        const auto* subject = parts.take<syntax::Target>();
        if (!subject) break;
        if (const auto to = target(asked_of_target(*subject), Side::any)) {
            body = made.targets.empty() ? body_of(*to) : c_.types.any();
            endpoints = endpoints || to->endpoint.has_value();
            channels = channels || !to->endpoint;
            made.targets.push_back(*to);
        } else {
            fine = false;
        }
        (void)parts.take<syntax::Comma>();
    } while (parts.peek_as<syntax::Target>());
    const Span at = parts.end() ? word : parts.peek()->at;
    std::string said = parts.word() ? std::string(*parts.word()) : std::string();
    if (parts.take_words("called before")) {
        made.what = Expected::before;
        const syntax::Expr* e = parts.take_value();
        const auto other = e ? asked_of_value(*e, c_.sources) : std::nullopt;
        if (!other) {
            c_.findings.error(Code::W0302, at, "`called before` lacks an endpoint");
            return false;
        }
        const auto to = target(*other, Side::sink);
        if (!to) return false;
        endpoints = endpoints && to->endpoint;
        made.targets.push_back(*to);
    } else if (parts.take_words("is empty")) {
        made.what = Expected::is_empty;
        said = "is empty";
    } else if (parts.take_words("is")) {
        made.what = Expected::is;
        const syntax::Expr* e = parts.take_value();
        if (!e) {
            c_.findings.error(Code::W0302, at, "`is` lacks the bodies").help("`expect x is [{{ id: 1 }}]`, `expect x is empty`");
            return false;
        }
        made.count = typed(*e, TypeKind::array, "is", "[{ id: 1 }]");
    } else {
        constexpr std::pair<std::string_view, Expected> words[] = {{"has", Expected::has}, {"holds", Expected::holds}, {"called", Expected::called}, {"succeeded", Expected::succeeded}, {"purged", Expected::purged}};
        bool found = false;
        std::vector<std::string> near;
        for (const auto& [text, what] : words) {
            near.emplace_back(text);
            if (said != text) continue;
            found = true;
            made.what = what;
            parts.skip();
            if (!count(parts, made, text, at)) return false;
        }
        if (!found) {
            auto finding = said.empty() ? c_.findings.error(Code::W0302, at, "what is expected of `{}`?", c_.text(first.at)) : c_.findings.error(Code::W0314, at, "`expect` has no `{}`", said);
            const std::string best = nearest(said, near);
            if (!best.empty()) finding.replace(at, best, "did you mean");
            else finding.help("`{}`", form);
            return false;
        }
    }
    if (!fine) return false;
    const bool of_calls = made.what == Expected::called || made.what == Expected::succeeded || made.what == Expected::before;
    const bool of_channels = made.what == Expected::holds || made.what == Expected::purged;
    if ((of_calls && channels) || (of_channels && endpoints)) {
        c_.findings.error(Code::W0407, at, "`{}` is said of {}", said, of_calls ? "endpoints" : "channels").help("{}", of_calls ? "`expect c has 1`" : "`expect e called 1`");
        return false;
    }
    return clauses(parts, made, body, said);
}

void TestLowering::expect(const syntax::Statement& s) {
    TestExpect made;
    Parts parts(s.parts);
    if (parts.end()) return;
    if (const auto* w = parts.peek_as<syntax::Word>(); w && w->text == "always") {
        made.always = true;
        parts.skip();
        if (parts.end()) return;
    }
    const syntax::Part& first = *parts.peek();
    if (const auto* w = parts.peek_as<syntax::Word>()) {
        const std::string word(w->text);
        if (word == "process" || word == "probe") return c_.not_built(first.at, "`expect " + word + "`");
        parts.skip();
        if (word == "flow") {
            if (expect_flow(parts, made, s.word.at)) add({std::move(made), s.at});
            return;
        }
        if (word == "no") {
            made.what = Expected::no_reply;
            const auto* target = parts.take<syntax::Target>();
            if (!target || target->name.text != "reply") c_.findings.error(Code::W0302, first.at, "`no` is said of a reply").help("`expect no reply`; `expect x is empty`");
            else if (clauses(parts, made, c_.types.any(), "no reply")) add({std::move(made), s.at});
            return;
        }
        c_.findings.error(Code::W0314, first.at, "`expect` has no `{}`", word).help("`{}`", form);
        return;
    }
    if (const auto* t = parts.peek_as<syntax::Target>(); t && t->name.text == "reply" && !t->arguments && !c_.channels.count("reply")) {
        parts.skip();
        if (!asked_) c_.findings.error(Code::W0407, first.at, "nobody waits for a reply in this test").help("`send web.post(..)` waits, and so does `send .. as name`");
        else if (expect_reply(parts, made)) add({std::move(made), s.at});
        return;
    }
    if (expect_targets(parts, made, s.word.at, first)) add({std::move(made), s.at});
}

}  // namespace weir
