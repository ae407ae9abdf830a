#include "dsl/steps/formats.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

namespace {

using plan::TypeId;
using plan::TypeKind;

// A table has records of texts; without names its records are lists.
TypeId table_type(Lowering& body, const plan::Node& node) {
    Types& types = body.types();
    for (const plan::Argument& a : node.arguments)
        if (a.name == "columns") return types.array(types.of(TypeKind::text_record));
    const auto header = constant_argument(body, node, "header");
    const bool given = std::any_of(node.arguments.begin(), node.arguments.end(), [](const plan::Argument& a) { return a.name == "header"; });
    if (given && !header) return types.array(types.any());
    if (header && std::get_if<bool>(&*header) && !std::get<bool>(*header)) return types.array(types.array(types.of(TypeKind::string)));
    return types.array(types.of(TypeKind::text_record));
}

void decode(Lowering& body, const syntax::Statement& s, const Form& form) {
    plan::Node n = body.make("decode", s.at);
    const FormatSpec* format = format_of(body, s, form, n);
    if (!format) return;
    Types& types = body.types();
    const TypeId before = body.scope().body;
    if (types.fits(before, types.of(TypeKind::string)) == Fit::no && types.fits(before, types.of(TypeKind::bytes)) == Fit::no)
        body.c.findings.error(Code::W0207, form.get("format")->value->at, "the body is {} here, and only a text or bytes can be decoded", body.expressions().say(before));
    n.can_fail.add(FailureClass::invalid);
    if (format->name == "csv") n.can_fail.add(FailureClass::too_large);
    body.scope().body = format->name == "csv" ? table_type(body, n) : format->name == "text" ? types.of(TypeKind::string) : types.any();
    const std::string name = n.text;
    body.add(std::move(n), name);
}

}  // namespace

StepSpec decode_step() {
    return step("decode", "Reads the body, a text or bytes, in a format: json, csv, text. What is not in it fails as `invalid`, with its place.")
        .operand("format", Want::format, "the format that the body is in")
        .keeps_order()
        .example("decode json")
        .example("decode csv(separator: \";\")")
        .example("decode csv(header: false, columns: [\"sku\", \"count\"], skip: 2)")
        .example("decode text")
        .does(decode);
}

}  // namespace weir
