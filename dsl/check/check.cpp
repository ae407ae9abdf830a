#include "dsl/check/check.hpp"

#include "dsl/check/checker.hpp"
#include "dsl/check/selective.hpp"
#include "dsl/steps/body.hpp"

namespace weir {

Checker::Checker(const ReadFile& r, const ConnectorCatalog& c, const CheckOptions& o, Sources& s, Findings& f) : types(plan), findings(f), sources(s), catalog(c), read(r), options(o) {}

void Checker::not_built(Span at, std::string_view what) { findings.error(Code::W0300, at, "{} is not built yet", what).say("this version can't do it"); }

ConnectorName* Checker::connector(Module& module, std::string_view name) {
    if (ConnectorName* declared = module.find(&Module::connectors, name)) return declared;
    if (auto at = ready_made.find(name); at != ready_made.end()) return &at->second;
    const ConnectorSpec* spec = catalog.find(std::string(name));
    if (!spec || !spec->ready_made) return nullptr;
    ConnectorName made;
    made.spec = spec;
    made.id = static_cast<plan::ConnectorId>(plan.connectors.size());
    plan::Connector connector;
    connector.name = spec->kind;
    connector.kind = spec->kind;
    plan.connectors.push_back(std::move(connector));
    return &ready_made.emplace(std::string(name), made).first->second;
}

std::vector<std::string> Checker::connector_names(Module& module) const {
    std::vector<std::string> all = module.names(&Module::connectors);
    for (const ConnectorSpec& s : catalog.kinds)
        if (s.ready_made) all.push_back(s.kind);
    return all;
}

namespace {

// Warnings that an author has answered with `allow CODE "why"`: for the file, under a declaration or under a step.
void allowed(Checker& c) {
    auto drop = [&](std::string_view code, Span where) {
        std::erase_if(c.findings.all(), [&](const Finding& f) { return f.severity == Severity::warning && name_of(f.code) == code && f.at.begin >= where.begin && f.at.end <= where.end; });
    };
    for (const Allowed& a : c.allowed) drop(a.code, a.where);
    for (auto& m : c.modules)
        for (const syntax::Declaration& d : m->tree.declarations) {
            if (const auto* a = std::get_if<syntax::Allow>(&d.node)) drop(a->code.text, c.sources.file(m->source).span());
            for (const syntax::Annotation& a : d.annotations)
                if (a.word.text == "allow" && a.name) drop(a.name->text, d.at);
        }
}

}  // namespace

plan::Plan check(const std::vector<std::string>& roots, const ReadFile& read, const ConnectorCatalog& connectors, const CheckOptions& options, Sources& sources, Findings& findings) {
    Checker checker(read, connectors, options, sources, findings);
    if (load(checker, roots)) {
        declare(checker);
        lower_flows(checker);
        lower_tests(checker);
        conversations(checker);
        allowed(checker);
        if (!findings.has_errors()) selective_readers(checker.plan);
    }
    std::string texts;
    for (std::size_t i = 0; i < sources.count(); ++i) texts += sources.file(i).path + '\0' + sources.file(i).text + '\0';
    checker.plan.hash = fmt::format("{:016x}", identity_hash(texts));
    findings.settle();
    return std::move(checker.plan);
}

}  // namespace weir
