#include "connectors/http/target.hpp"

#include <algorithm>
#include <cerrno>

#include "connectors/http/wire.hpp"
#include "engine/message/json.hpp"
#include "engine/message/text.hpp"

namespace weir::http {
namespace {

constexpr std::string_view unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
constexpr char digits[] = "0123456789ABCDEF";

int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = static_cast<char>(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
std::string_view next_segment(std::string_view& path) {  // path begins with a slash
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view out = path.substr(0, end);
    path.remove_prefix(end);
    return out;
}
bool is_dots(std::string_view segment) {
    std::string_view rest = segment;
    std::size_t dots = 0;
    while (!rest.empty()) {
        if (rest[0] == '.') rest.remove_prefix(1);
        else if (rest.size() >= 3 && rest[0] == '%' && rest[1] == '2' && (rest[2] == 'e' || rest[2] == 'E')) rest.remove_prefix(3);
        else return false;
        ++dots;
    }
    return dots == 1 || dots == 2;
}
bool scalar_text(const Value& value, std::string& out) {
    switch (value.kind()) {
        case Kind::string: out = value.text(); return true;
        case Kind::array:
        case Kind::object: return false;
        default: break;
    }
    out.clear();
    write_json(out, value);
    if (out.size() >= 2 && out.front() == '"') out = out.substr(1, out.size() - 2);  // times, sizes: texts without escapes
    return true;
}
void write_pair(std::string& out, char& before, std::string_view name, std::string_view value) {
    out += before;
    before = '&';
    encode_percent(out, name, false);
    out += '=';
    encode_percent(out, value, false);
}

}  // namespace

Result<Pattern> Pattern::read(std::string_view text) {
    const auto bad = [&](const char* why) { return Error{EINVAL, "the path `" + std::string(text) + "` " + why}; };
    if (text.empty() || text[0] != '/') return bad("does not begin with `/`");
    Pattern out;
    out.text_ = text;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view segment = next_segment(rest);
        out.shape_ += '/';
        if (segment.starts_with('{') && segment.ends_with('}')) {
            const std::string name(segment.substr(1, segment.size() - 2));
            if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != name.npos) return bad("has a `{..}` that is no name");
            if (std::find(out.names_.begin(), out.names_.end(), name) != out.names_.end()) return bad("has one name twice");
            out.names_.push_back(name);
            out.segments_.push_back({name, true});
            out.shape_ += "{}";
            continue;
        }
        if (segment.find_first_of("{}?#%* ") != segment.npos) return bad("has a character that can't stand there; a name `{x}` is a whole segment");
        if (is_dots(segment)) return bad("has a segment of dots");
        for (const char c : segment)
            if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) return bad("has a character that is no ASCII");
        out.segments_.push_back({std::string(segment), false});
        out.shape_ += segment;
    }
    return out;
}

bool Pattern::fits(std::string_view path, std::vector<std::string_view>& values) const {
    values.clear();
    if (names_.empty() && path.find('%') == path.npos) return path == text_;
    std::string plain;
    for (const Segment& segment : segments_) {
        if (path.empty()) return false;
        const std::string_view have = next_segment(path);
        if (segment.name) {
            if (have.empty()) return false;
            values.push_back(have);
        } else if (have.find('%') == have.npos) {
            if (have != segment.text) return false;
        } else {
            plain.clear();
            if (!decode_percent(have, false, plain) || plain != segment.text) return false;
        }
    }
    return path.empty();
}

bool Pattern::comes_before(const Pattern& other) const {
    for (std::size_t i = 0; i < std::min(segments_.size(), other.segments_.size()); ++i)
        if (segments_[i].name != other.segments_[i].name) return !segments_[i].name;
    return false;
}

bool decode_percent(std::string_view text, bool plus_is_space, std::string& out) {
    const std::size_t before = out.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return false;
            const int high = hex(text[i + 1]), low = hex(text[i + 2]);
            if (high < 0 || low < 0 || (high == 0 && low == 0)) return false;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return is_utf8(std::string_view(out).substr(before));
}

bool plain_path(std::string_view path) {
    for (std::size_t i = path.find('%'); i != path.npos; i = path.find('%', i + 1))
        if (i + 2 >= path.size() || hex(path[i + 1]) < 0 || hex(path[i + 2]) < 0) return false;
    while (!path.empty())
        if (is_dots(next_segment(path))) return false;
    return true;
}

void encode_percent(std::string& out, std::string_view text, bool keep_slash) {
    for (const char c : text) {
        if (unreserved.find(c) != unreserved.npos || (keep_slash && c == '/')) {
            out += c;
        } else {
            out += '%';
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[static_cast<unsigned char>(c) & 15];
        }
    }
}

bool write_target(std::string& out, std::string_view base, std::string_view path, const Value* query, std::string& why) {
    if (path.empty()) path = "/";
    if (path[0] != '/') {
        why = "the path does not begin with `/`";
        return false;
    }
    const std::size_t mark = path.find('?');
    const std::string_view names = path.substr(0, mark);
    const std::size_t begin = out.size();
    out += base;
    // What is well-formed stays, what can't stand in a target is escaped; nothing can end the path or the line.
    for (const std::string_view part : {names, mark == path.npos ? std::string_view() : path.substr(mark)}) {
        for (std::size_t i = 0; i < part.size(); ++i) {
            const char c = part[i];
            const auto byte = static_cast<unsigned char>(c);
            if (byte < 0x20 || byte == 0x7f) {
                why = "the path holds a control character";
                return false;
            }
            if (c == '#') {
                why = "the path holds a `#`";
                return false;
            }
            if (c == '%' && i + 2 < part.size() && hex(part[i + 1]) >= 0 && hex(part[i + 2]) >= 0) out += c;
            else if (unreserved.find(c) != unreserved.npos || std::string_view("/:?@!$&'()*+,;=[]").find(c) != std::string_view::npos) out += c;
            else encode_percent(out, part.substr(i, 1), false);
        }
    }
    const std::string_view made = std::string_view(out).substr(begin);
    if (!plain_path(made.substr(0, made.find('?')))) {
        why = "the path has a segment of dots";
        return false;
    }
    if (query != nullptr && !query->is_absent()) {
        if (query->kind() != Kind::object) {
            why = "`query` is no object";
            return false;
        }
        char before = mark == path.npos ? '?' : path.size() == mark + 1 ? '\0' : '&';
        for (std::uint32_t i = 0; i < query->length(); ++i) {
            const Member& member = query->o[i];
            if (member.value.is_absent()) continue;
            std::string text;
            const bool many = member.value.kind() == Kind::array;
            for (std::uint32_t k = 0; k < (many ? member.value.length() : 1); ++k) {
                if (!scalar_text(many ? member.value.a[k] : member.value, text)) {
                    why = "`query." + std::string(member.key.text()) + "` is neither a scalar nor an array of scalars";
                    return false;
                }
                if (before == '\0') {
                    encode_percent(out, member.key.text(), false);
                    out += '=';
                    encode_percent(out, text, false);
                    before = '&';
                } else {
                    write_pair(out, before, member.key.text(), text);
                }
            }
        }
    }
    if (out.size() - begin > most_target_bytes) {
        why = "the target is over 8 KiB";
        return false;
    }
    return true;
}

}  // namespace weir::http
