// The list of the words of a header.
#include "dsl/check/header.hpp"

namespace weir {

const std::vector<HeaderWord>& header_words() {
    static const std::vector<HeaderWord> all = {workers_word(), ordered_word(), idempotent_word(), rate_word(), timeout_word(), once_word(), together_word(), single_word(), history_word(), every_word()};
    return all;
}

const HeaderWord* find_header_word(std::string_view word) {
    for (const HeaderWord& w : header_words())
        if (w.form.word == word) return &w;
    return nullptr;
}

}  // namespace weir
