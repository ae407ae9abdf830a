#pragma once
#include <string>

namespace weir::bench {

struct Comparison {
    long lines = 0;
    long other_digit = 0;  // lines with a number that differs only in the last digit of a double: one side computed exactly, the other did not
    std::string difference;  // the first; empty: none
};
// Line by line as JSON: members in any order, numbers by value.
void compare_lines(const std::string& expected_path, const std::string& path, Comparison& into);

}  // namespace weir::bench
