#include "tools/command/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "engine/message/json.hpp"
#include "engine/message/text.hpp"
#include "tools/command/command.hpp"

namespace weir::command {
namespace {

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t wrote = ::write(descriptor, text.data(), text.size());
        if (wrote < 0) {
            if (errno == EINTR) continue;
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
}

// The length of the UTF-8 sequence that begins here; 0: none does.
std::size_t sequence(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
    return length != 0 && length <= text.size() && is_utf8(text.substr(0, length)) ? length : 0;
}

// C0, DEL, C1, and what turns the direction of a line.
bool steers(std::string_view character) {
    if (character.size() == 1) return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7f;
    if (character.size() == 2) return character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0;
    return character.size() == 3 && character[0] == '\xe2' && ((character[1] == '\x80' && character[2] >= '\xa8' && character[2] <= '\xae') || (character[1] == '\x81' && character[2] >= '\xa6' && character[2] <= '\xa9'));
}

}  // namespace

bool print_out(std::string_view text) {
    if (write_all(1, text)) return true;
    if (errno != EPIPE) print_error(std::string("weir: standard output can't be written: ") + std::strerror(errno) + "\n");
    return false;
}

void print_error(std::string_view text) { (void)write_all(2, text); }

int fail_outside(std::string_view why) {
    print_error("weir: " + std::string(why) + "\n");
    return outside;
}

std::string visible(std::string_view text, std::size_t most) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    while (!text.empty()) {
        if (out.size() >= most) return out + "..";
        const std::size_t length = sequence(text);
        const std::string_view character = text.substr(0, length == 0 ? 1 : length);
        if (length != 0 && !steers(character)) {
            out += character;
        } else if (character == "\n") {
            out += "\\n";
        } else if (character == "\t") {
            out += "\\t";
        } else {
            for (const char c : character) {
                const auto byte = static_cast<unsigned char>(c);
                out += "\\x";
                out += digits[byte >> 4];
                out += digits[byte & 15];
            }
        }
        text.remove_prefix(character.size());
    }
    return out;
}

void write_string(std::string& out, std::string_view text) {
    if (is_utf8(text)) return write_json_string(out, text);
    std::string clean;
    while (!text.empty()) {
        const std::size_t length = sequence(text);
        clean += length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    write_json_string(out, clean);
}

std::string time_text(std::int64_t wall) {
    constexpr std::int64_t second = 1'000'000'000;
    std::string out;
    write_timestamp(out, wall - wall % second);
    return out;
}

std::string age_text(std::int64_t nanoseconds) {
    const std::int64_t seconds = nanoseconds / 1'000'000'000;
    if (seconds < 120) return std::to_string(seconds) + " s";
    if (seconds < 7200) return std::to_string(seconds / 60) + " min";
    if (seconds < 172'800) return std::to_string(seconds / 3600) + " h";
    return std::to_string(seconds / 86'400) + " d";
}

std::string counted(std::uint64_t count, std::string_view noun) { return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s"); }

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

bool wants_colour(int descriptor) { return is_terminal(descriptor) && std::getenv("NO_COLOR") == nullptr; }

}  // namespace weir::command
