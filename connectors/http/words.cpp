// The fixed words of HTTP/1.1: reasons and dates.
#include <charconv>
#include <chrono>

#include "connectors/http/wire.hpp"

namespace weir::http {

std::string_view reason_of(unsigned status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 206: return "Partial Content";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 417: return "Expectation Failed";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        default: return status < 300 ? "OK" : status < 400 ? "Redirect" : status < 500 ? "Client Error" : "Server Error";
    }
}

namespace {
constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view week_days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
void write_two(std::string& out, std::uint64_t number) {
    out += static_cast<char>('0' + number / 10 % 10);
    out += static_cast<char>('0' + number % 10);
}
}  // namespace

void write_number(std::string& out, std::uint64_t number) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, end.ptr);
}
void write_date(std::string& out, std::int64_t wall) {
    using namespace std::chrono;
    const sys_seconds at{seconds(wall / 1'000'000'000)};
    const sys_days day = floor<days>(at);
    const year_month_day date(day);
    const hh_mm_ss time(at - day);
    out += week_days[weekday(day).c_encoding()];
    out += ", ";
    write_two(out, static_cast<unsigned>(date.day()));
    out += ' ';
    out += months[static_cast<unsigned>(date.month()) - 1];
    out += ' ';
    write_number(out, static_cast<std::uint64_t>(static_cast<int>(date.year())));
    out += ' ';
    write_two(out, static_cast<std::uint64_t>(time.hours().count()));
    out += ':';
    write_two(out, static_cast<std::uint64_t>(time.minutes().count()));
    out += ':';
    write_two(out, static_cast<std::uint64_t>(time.seconds().count()));
    out += " GMT";
}
bool read_date(std::string_view text, std::int64_t& wall) {
    using namespace std::chrono;
    if (text.size() != 29 || text.substr(25) != " GMT" || text.substr(3, 2) != ", ") return false;
    const auto number = [&](std::size_t at, std::size_t length) {
        unsigned out = 0;
        for (const char c : text.substr(at, length)) {
            if (c < '0' || c > '9') return 99'999u;
            out = out * 10 + static_cast<unsigned>(c - '0');
        }
        return out;
    };
    const auto month = static_cast<unsigned>(std::find(std::begin(months), std::end(months), text.substr(8, 3)) - std::begin(months));
    const unsigned y = number(12, 4), hour = number(17, 2), minute = number(20, 2), second = number(23, 2);
    if (month == 12 || y > 9999 || hour > 23 || minute > 59 || second > 60) return false;
    const year_month_day date{year(static_cast<int>(y)), std::chrono::month(month + 1), day(number(5, 2))};
    if (!date.ok()) return false;
    wall = nanoseconds(sys_days(date).time_since_epoch() + hours(hour) + minutes(minute) + seconds(second)).count();
    return true;
}

}  // namespace weir::http
