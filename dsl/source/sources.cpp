#include "dsl/source/sources.hpp"

#include <algorithm>

namespace weir {

std::size_t Sources::add(std::string path, std::string text) {
    SourceFile& file = files_.emplace_back();
    file.path = std::move(path);
    file.text = std::move(text);
    file.begin = next_;
    file.line_starts.push_back(0);
    for (std::size_t at = file.text.find('\n'); at != std::string::npos; at = file.text.find('\n', at + 1)) file.line_starts.push_back(static_cast<std::uint32_t>(at + 1));
    next_ += static_cast<std::uint32_t>(file.text.size()) + 1;  // the end of a file is no place of the next one
    return files_.size() - 1;
}

std::size_t Sources::index_of(std::uint32_t position) const {
    const auto after = std::upper_bound(files_.begin(), files_.end(), position, [](std::uint32_t at, const SourceFile& file) { return at < file.begin; });
    return after == files_.begin() ? 0 : static_cast<std::size_t>(after - files_.begin()) - 1;
}

namespace {
std::size_t line_of(const SourceFile& file, std::uint32_t offset) {
    const auto after = std::upper_bound(file.line_starts.begin(), file.line_starts.end(), offset);
    return static_cast<std::size_t>(after - file.line_starts.begin()) - 1;
}
std::uint32_t offset_in(const SourceFile& file, std::uint32_t position) {
    return std::min(position - file.begin, static_cast<std::uint32_t>(file.text.size()));
}
}  // namespace

Place Sources::place(std::uint32_t position) const {
    if (files_.empty()) return {};
    const std::size_t index = index_of(position);
    const SourceFile& file = files_[index];
    const std::uint32_t offset = offset_in(file, position);
    const std::size_t line = line_of(file, offset);
    std::uint32_t column = 1;
    for (std::uint32_t at = file.line_starts[line]; at < offset; ++at)
        if ((static_cast<unsigned char>(file.text[at]) & 0xC0) != 0x80) ++column;  // continuation bytes are no characters
    return {index, static_cast<std::uint32_t>(line + 1), column};
}

std::string_view Sources::text(Span span) const {
    if (files_.empty()) return {};
    const SourceFile& file = file_of(span.begin);
    const std::uint32_t begin = offset_in(file, span.begin);
    const std::uint32_t end = std::max(begin, offset_in(file, span.end));
    return std::string_view(file.text).substr(begin, end - begin);
}

std::string_view Sources::line(std::uint32_t position) const {
    if (files_.empty()) return {};
    const SourceFile& file = file_of(position);
    const std::uint32_t begin = file.line_starts[line_of(file, offset_in(file, position))];
    std::string_view rest = std::string_view(file.text).substr(begin);
    rest = rest.substr(0, rest.find('\n'));
    if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
    return rest;
}

}  // namespace weir
