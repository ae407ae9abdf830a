#pragma once
// Reads the parts of a statement or clause from left to right.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/check/checker.hpp"
#include "dsl/syntax/tree.hpp"

namespace weir {

class Parts {
public:
    explicit Parts(const std::vector<syntax::Part>& parts, std::size_t from = 0) : parts_(parts), at_(from) {}

    bool end() const { return at_ >= parts_.size(); }
    const syntax::Part* peek() const { return end() ? nullptr : &parts_[at_]; }
    template <class T> const T* peek_as() const { return end() ? nullptr : std::get_if<T>(&parts_[at_].node); }
    template <class T> const T* take() {
        const T* part = peek_as<T>();
        if (part) ++at_;
        return part;
    }
    void skip() { ++at_; }
    // A clause word, or a bare name that is one here (`since`, `max`, `with`).
    std::optional<std::string_view> word() const { return word_at(at_); }
    // "or after": both words, one behind the other.
    bool take_words(std::string_view words);
    // An operand that is a plain value, without `..` or `=`.
    const syntax::Expr* value() const;
    const syntax::Expr* take_value();
    const syntax::Block* take_block_or_empty();  // null: none stands there

private:
    std::optional<std::string_view> word_at(std::size_t index) const;
    const std::vector<syntax::Part>& parts_;
    std::size_t at_;
};

enum class ActionWord : std::uint8_t { send, discard, reject, fail, fail_again, retry, reply, give, skip, become, finish, block };
struct WrittenAction {
    ActionWord word = ActionWord::send;
    Span at;
    const syntax::Target* target = nullptr;
    bool call = false;
    const syntax::Expr* value = nullptr;
    std::optional<syntax::Name> failure;
    const syntax::Block* block = nullptr;
};
// Reads one action; none: something else stands there. What belongs to actions that are not built yet is passed over with its finding.
std::optional<WrittenAction> read_action(Parts& parts, Checker& checker);

}  // namespace weir
