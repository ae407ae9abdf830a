#include "tools/bench/compare.hpp"

#include <cmath>
#include <fstream>
#include <memory>

#include "tools/bench/tree.hpp"

namespace weir::bench {
namespace {

bool same(const Tree& a, const Tree& b, bool& digit) {
    const bool number = (a.tag() == Tag::integer || a.tag() == Tag::real) && (b.tag() == Tag::integer || b.tag() == Tag::real);
    if (number) {
        const double x = a.number(), y = b.number();
        if (x == y) return true;
        digit = true;
        return std::fabs(x - y) <= 1e-12 * std::fabs(x);
    }
    if (a.tag() != b.tag()) return false;
    if (a.tag() == Tag::text) return a.text() == b.text();
    if (a.tag() != Tag::array && a.tag() != Tag::object) return true;
    if (a.length() != b.length()) return false;
    for (std::uint32_t n = 0; n < a.length(); ++n) {
        const Tree* left = a.tag() == Tag::array ? &a.items[n] : &a.entries[n].value;
        const Tree* right = a.tag() == Tag::array ? &b.items[n] : b.get({a.entries[n].key, a.entries[n].key_length});
        if (right == nullptr || !same(*left, *right, digit)) return false;
    }
    return true;
}

bool read(TreeReader& reader, Pool& pool, std::string& line, Tree& out) {
    const std::size_t length = line.size();
    line.append(tree_padding, '\0');
    return reader.read(line.data(), length, pool, out);
}

}  // namespace

void compare_lines(const std::string& expected_path, const std::string& path, Comparison& into) {
    if (!into.difference.empty()) return;
    std::ifstream expected(expected_path), given(path);
    const auto pool = std::make_unique<Pool>();
    TreeReader reader;
    long number = 0;
    for (std::string a, b;;) {
        const bool more = static_cast<bool>(std::getline(expected, a)), also = static_cast<bool>(std::getline(given, b));
        if (!more && !also) return;
        ++number;
        ++into.lines;
        const std::string at = path + ":" + std::to_string(number) + ": ";
        if (more != also) {
            into.difference = at + (more ? "the file ends here, more was expected" : "more lines than expected");
            return;
        }
        pool->reset();
        Tree left, right;
        bool digit = false;
        const std::string shown = b;
        if (!read(reader, *pool, a, left) || !read(reader, *pool, b, right) || !same(left, right, digit)) {
            into.difference = at + shown + "\n  expected " + std::string(a.c_str());
            return;
        }
        if (digit) ++into.other_digit;
    }
}

}  // namespace weir::bench
