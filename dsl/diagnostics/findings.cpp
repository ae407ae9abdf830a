#include "dsl/diagnostics/findings.hpp"

#include <algorithm>

namespace weir {
namespace {
struct Page {
    std::string_view name, title, page;
};
constexpr Page pages[] = {
#define WEIR_CODE(code, title, page) {#code, title, page},
#include "dsl/diagnostics/codes.def"
#undef WEIR_CODE
};
const Page& page_at(Code code) { return pages[static_cast<std::size_t>(code)]; }
}  // namespace

std::string_view name_of(Code code) { return page_at(code).name; }
std::string_view title_of(Code code) { return page_at(code).title; }
std::string_view page_of(Code code) { return page_at(code).page; }

FindingBuilder& FindingBuilder::replace(Span at, std::string_view text, std::string_view why) {
    me().fixes.push_back({std::string(why), {{at, std::string(text)}}});
    return *this;
}

FindingBuilder Findings::add(Severity severity, Code code, Span at, std::string message) {
    all_.push_back({severity, code, at, std::move(message), {}, {}, {}, {}});
    return {all_, all_.size() - 1};
}

bool Findings::has_errors() const {
    return std::any_of(all_.begin(), all_.end(), [](const Finding& finding) { return finding.severity == Severity::error; });
}

void Findings::settle() {
    std::stable_sort(all_.begin(), all_.end(), [](const Finding& a, const Finding& b) {
        if (a.at.begin != b.at.begin) return a.at.begin < b.at.begin;
        return a.code < b.code;
    });
    const auto last = std::unique(all_.begin(), all_.end(), [](const Finding& a, const Finding& b) { return a.at == b.at && a.code == b.code; });
    all_.erase(last, all_.end());
}

}  // namespace weir
