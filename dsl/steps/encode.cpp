#include "dsl/steps/formats.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

namespace {

using plan::TypeKind;

bool has_fields(TypeKind kind) { return kind == TypeKind::record || kind == TypeKind::map || kind == TypeKind::text_record || kind == TypeKind::array; }

void encode(Lowering& body, const syntax::Statement& s, const Form& form) {
    plan::Node n = body.make("encode", s.at);
    const FormatSpec* format = format_of(body, s, form, n);
    if (!format) return;
    Types& types = body.types();
    const plan::TypeId before = body.scope().body;
    const Span at = form.get("format")->value->at;
    if (format->name == "csv" && !types.nullable(before) && types.every(before, [](TypeKind k) { return k != TypeKind::any && !has_fields(k); }))
        body.c.findings.error(Code::W0207, at, "the body is {} here, and a table is made of records", body.expressions().say(before));
    if (format->name == "text" && types.every(before, [](TypeKind k) { return has_fields(k) || k == TypeKind::null_ || k == TypeKind::bytes; }))
        body.c.findings.error(Code::W0207, at, "the body is {} here, which has no text", body.expressions().say(before)).help("`encode json` writes any value");
    if (!types.is(before, TypeKind::string) || format->name == "csv") n.can_fail.add(FailureClass::invalid);
    n.can_fail.add(FailureClass::too_large);
    body.scope().body = types.of(TypeKind::string);
    const std::string name = n.text;
    body.add(std::move(n), name);
}

}  // namespace

StepSpec encode_step() {
    return step("encode", "Writes the body as a text in a format: json, csv, text. What can't be written in it fails as `invalid`.")
        .operand("format", Want::format, "the format that the body gets")
        .keeps_order()
        .example("encode json")
        .example("encode csv(columns: [\"sku\", \"count\"], header: false)")
        .example("encode text")
        .does(encode);
}

}  // namespace weir
