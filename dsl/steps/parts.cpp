#include "dsl/steps/parts.hpp"

namespace weir {

std::optional<std::string_view> Parts::word_at(std::size_t index) const {
    if (index >= parts_.size()) return std::nullopt;
    if (const auto* w = std::get_if<syntax::Word>(&parts_[index].node)) return w->text;
    if (const auto* o = std::get_if<syntax::Operand>(&parts_[index].node)) {
        if (!o->value || o->upto || o->assigned || o->assigned_call || o->value->parenthesised) return std::nullopt;
        if (const auto* r = std::get_if<syntax::Reference>(&o->value->node)) return r->name.text;
    }
    return std::nullopt;
}

bool Parts::take_words(std::string_view words) {
    std::size_t index = at_;
    while (!words.empty()) {
        const std::size_t blank = words.find(' ');
        if (word_at(index) != words.substr(0, blank)) return false;
        ++index;
        words = blank == std::string_view::npos ? std::string_view() : words.substr(blank + 1);
    }
    at_ = index;
    return true;
}

const syntax::Expr* Parts::value() const {
    const auto* o = peek_as<syntax::Operand>();
    return o && o->value && !o->upto && !o->assigned && !o->assigned_call ? o->value.get() : nullptr;
}

const syntax::Expr* Parts::take_value() {
    const syntax::Expr* e = value();
    if (e) ++at_;
    return e;
}

const syntax::Block* Parts::take_block_or_empty() {
    if (const auto* block = take<syntax::BlockBox>()) return block->get();
    static const syntax::Block empty;  // `{}` is an object to the parser, and an empty block where one is wanted
    const syntax::Expr* e = value();
    const auto* object = e ? std::get_if<syntax::Object>(&e->node) : nullptr;
    if (!object || !object->entries.empty() || e->parenthesised) return nullptr;
    ++at_;
    return &empty;
}

}  // namespace weir
