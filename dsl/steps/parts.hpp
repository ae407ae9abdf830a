#pragma once
// Reads the parts of a statement or clause from left to right.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/check/checker.hpp"
#include "dsl/steps/spec.hpp"
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

// What stands around the words that are read, where their form depends on it.
struct Around {
    Module* module = nullptr;  // for near misses; may be absent
    bool process = false;      // `become`, `finish`
    bool scatter = false;      // `-> call x.f()`
};
struct NotBuilt {
    Span at;
    std::string what;
};
struct Form;
struct WrittenAction {
    ActionWord word = ActionWord::send;
    Span at;
    const syntax::Target* target = nullptr;
    bool call = false;
    const syntax::Expr* value = nullptr;
    std::optional<syntax::Name> failure;
    const syntax::Block* block = nullptr;
    std::shared_ptr<const Form> form;  // the clauses of its words
    const ActionSpec* spec = nullptr;  // of an action that begins with a word
};
// Reads one action. None: something else stands there, or (`told`) it has its finding. What fits and is not built yet is noted.
std::optional<WrittenAction> read_action(Parts& parts, Checker& checker, ActionPlace place, Around around, std::vector<NotBuilt>& not_built, bool& told);
// Says what was noted; true: something was.
bool tell_not_built(Checker& checker, const std::vector<NotBuilt>& notes);
// A class that a name stands for; a finding otherwise.
bool failure_class(Checker& checker, const syntax::Name& name, FailureClass& out, bool any_too);

}  // namespace weir
