#include "engine/runtime/memo.hpp"

#include <cstring>

namespace weir {
namespace {

constexpr char version = 1, with_action = 2;

template <class T> void put(std::string& out, T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof value);
}
template <class T> bool take(std::string_view& from, T& value) {
    if (from.size() < sizeof value) return false;
    std::memcpy(&value, from.data(), sizeof value);
    from.remove_prefix(sizeof value);
    return true;
}

}  // namespace

const Memo::Entry* Memo::find(std::uint64_t node) const {
    for (const Entry& each : entries_)
        if (each.node == node) return &each;
    return nullptr;
}

void Memo::sent(std::uint64_t node) {
    if (find(node) == nullptr) entries_.push_back({node, false, 0, Format::none, {}});
}

void Memo::answered(std::uint64_t node, const Answer& answer) {
    if (find(node) == nullptr) entries_.push_back({node, true, answer.status, answer.format, answer.body});
}

std::string Memo::encode() const {
    if (entries_.empty() && action.tries == 0) return {};
    std::string out(1, action.tries == 0 ? version : with_action);
    if (action.tries > 0) {
        put(out, action.node);
        put(out, action.tries);
    }
    for (const Entry& each : entries_) {
        if (out.size() + each.body.size() + 16 > max_memo) continue;
        put(out, each.node);
        put(out, static_cast<std::uint8_t>(each.answered));
        put(out, each.status);
        put(out, static_cast<std::uint8_t>(each.format));
        put(out, static_cast<std::uint32_t>(each.body.size()));
        out += each.body;
    }
    return out;
}

bool Memo::decode(std::string_view bytes) {
    clear();
    if (bytes.empty()) return true;
    const char form = bytes.front();
    bool ok = form == version || form == with_action;
    bytes.remove_prefix(1);
    if (form == with_action) ok = take(bytes, action.node) && take(bytes, action.tries);
    while (ok && !bytes.empty()) {
        Entry entry;
        std::uint8_t answered = 0, format = 0;
        std::uint32_t size = 0;
        ok = take(bytes, entry.node) && take(bytes, answered) && take(bytes, entry.status) && take(bytes, format) && take(bytes, size) && size <= bytes.size() &&
             format <= static_cast<std::uint8_t>(Format::json);
        if (!ok) break;
        entry.answered = answered != 0;
        entry.format = static_cast<Format>(format);
        entry.body = bytes.substr(0, size);
        bytes.remove_prefix(size);
        entries_.push_back(std::move(entry));
    }
    if (!ok) clear();
    return ok;
}

}  // namespace weir
