#pragma once
// Texts to the outside: standard output whole, standard error as one sentence, and nothing that would steer a terminal.
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::command {

// Writes all of it. False: the reader is gone or the disk is full; then a sentence stands on standard error (not for a reader that left).
bool print_out(std::string_view text);
void print_error(std::string_view text);
// "weir: WHY", and the exit code for usage, input and output.
int fail_outside(std::string_view why);

// Control characters as \xNN, what is not UTF-8 too, and no longer than `most` bytes: safe on a terminal.
std::string visible(std::string_view text, std::size_t most = 2000);
// A JSON string, quotes included; bytes that are no UTF-8 become U+FFFD.
void write_string(std::string& out, std::string_view text);
// 2026-01-31T10:00:00Z, to the second.
std::string time_text(std::int64_t wall);
// "3 s", "12 min", "5 h", "2 d": how long ago.
std::string age_text(std::int64_t nanoseconds);
std::string counted(std::uint64_t count, std::string_view noun);  // 1 message, 2 messages
bool is_terminal(int descriptor);
bool wants_colour(int descriptor);

}  // namespace weir::command
