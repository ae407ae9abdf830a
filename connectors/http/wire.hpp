#pragma once
// HTTP/1.1 as bytes: heads and chunked bodies, read strictly, and what may stand in a field that we write. Pure, no sockets.
// One parser, so that nobody behind or before it can read the same bytes otherwise (RFC 9112; request smuggling).
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http {

inline constexpr std::size_t most_head_bytes = 32 * 1024;
inline constexpr std::size_t first_buffer = 4 * 1024;  // of a connection, and what it may grow to
inline constexpr std::size_t largest_buffer = most_head_bytes + 4 * 1024;
inline constexpr std::size_t most_target_bytes = 8 * 1024;
inline constexpr std::size_t most_fields = 100;

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
std::string_view name_of(Method method);  // in capitals
Method method_of(std::string_view capitals);

struct Field {  // both point into the head's bytes
    std::string_view name, value;
};
enum class Framing : std::uint8_t { none, length, chunked, until_close };

struct Head {
    std::vector<Field> fields;
    unsigned minor = 1;               // HTTP/1.minor
    bool keep_alive = true;
    Framing framing = Framing::none;
    std::uint64_t length = 0;
    std::string_view content_type, connection;
    const Field* find(std::string_view lower_case_name) const;
};
struct RequestHead : Head {
    Method method = Method::other;
    std::string_view method_text, target;
    std::string_view expect, idempotency_key, traceparent;
};
struct ResponseHead : Head {
    unsigned status = 0;
    std::string_view retry_after, location;
};

// What is wrong with a head or body: the status that says so to a sender, and a sentence.
struct Fault {
    unsigned status = 400;
    std::string text;
};
enum class Parse : std::uint8_t { more, done, bad };

// Finds the empty line. `scanned`: how far earlier calls have looked, kept by the caller, 0 at first. done: `end` is behind the head.
// bad: a bare line feed, NUL or too long, told as soon as it is there.
Parse find_head(std::string_view bytes, std::size_t& scanned, std::size_t& end, Fault& fault);
// `head`: exactly what find_head found. The views in `out` point into it; `out` may be reused, its memory stays.
bool read_request(std::string_view head, RequestHead& out, Fault& fault);
bool read_response(std::string_view head, Method asked, ResponseHead& out, Fault& fault);

// A chunked body as it comes. Extensions and trailers are read strictly and dropped.
class Chunks {
public:
    // Takes from `bytes`, appends to `into`; `used` says how many were taken. bad: `fault`; 413 when `into` would pass `limit`.
    Parse take(std::string_view bytes, std::size_t& used, std::string& into, std::uint64_t limit, Fault& fault);

private:
    enum class At : std::uint8_t { size, extension, size_end, data, data_return, data_end, trailer, trailer_end, last_end };
    At at_ = At::size;
    unsigned digits_ = 0;
    std::uint64_t left_ = 0;
    std::size_t aside_ = 0;       // bytes of extensions and trailers, bounded
};

bool same_name(std::string_view text, std::string_view lower_case);   // ASCII, case does not count
bool has_token(std::string_view list, std::string_view lower_case);   // in `a, b, c`
bool good_name(std::string_view name);                                 // a token
bool good_value(std::string_view value);                               // no control characters, so no second line
bool hop_by_hop(std::string_view lower_case_name);                     // ends at this connection: never passed on
std::string lower(std::string_view text);

std::string_view reason_of(unsigned status);
void write_date(std::string& out, std::int64_t wall);                  // Sun, 06 Nov 1994 08:49:37 GMT
bool read_date(std::string_view text, std::int64_t& wall);
void write_number(std::string& out, std::uint64_t number);

}  // namespace weir::http
