#include "tools/bench/scans.hpp"

#include <charconv>

namespace weir::bench {
namespace {

constexpr const char* images[] = {"bottle", "can", "paper", "leaf"};
constexpr const char* labels[] = {"plastic", "metal", "paper", "other"};
constexpr std::uint64_t nobody = ~std::uint64_t{0};

std::uint64_t number_of_key(std::string_view key) {
    std::uint64_t number = nobody;
    if (key.starts_with('k')) std::from_chars(key.data() + 1, key.data() + key.size(), number);
    return number;
}

}  // namespace

std::string_view behind(std::string_view text, std::string_view before) {
    const std::size_t at = text.find(before);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + before.size());
    return text.substr(0, text.find('"'));
}

const char* label_of(std::uint64_t n) { return labels[n % 4]; }

bool tells(std::uint64_t n, std::string_view who) { return who == "email" ? n % 3 == 0 : who == "sms" ? n % 5 == 0 : n % 7 == 0; }

std::string scan_of(std::uint64_t n) {
    const std::string number = std::to_string(n);
    std::string body = R"({"user_id":"u)" + std::to_string(n % 997) + R"(","image_url":"http://images/)" + images[n % 4] + "-" + number;
    body += R"(.png","idempotency_key":"k)" + number + R"(","priority":")";
    body += n % 10 == 0 ? "high" : n % 10 < 4 ? "low" : "normal";
    body += R"(","notifications":[)";
    for (const char* who : {"email", "sms", "push"})
        if (tells(n, who)) body += std::string(body.back() == '[' ? "\"" : ",\"") + who + "\"";
    return body + "]}";
}

void Ledger::acknowledged(std::uint64_t number, std::string_view answer) {
    if (is_.size() <= number) is_.resize(number + 1);
    is_[number] = true;
    ++acknowledged_;
    by_id_.emplace(behind(answer, "\"id\":\""), number);
}

Found Ledger::by_id(const std::string& text, std::uint64_t sent) const {
    return look(text, sent, [](std::uint64_t) { return true; }, [this](std::string_view line) {
        const auto found = by_id_.find(std::string(behind(line, "\"message_id\":\"")));
        return found == by_id_.end() ? nobody : found->second;
    });
}

Found Ledger::by_key(const std::string& text, std::uint64_t sent, const std::function<bool(std::uint64_t)>& wanted) const {
    return look(text, sent, wanted, [](std::string_view line) { return number_of_key(behind(line, "\"idempotency_key\":\"")); });
}

Found Ledger::look(const std::string& text, std::uint64_t sent, const std::function<bool(std::uint64_t)>& wanted, const std::function<std::uint64_t(std::string_view)>& number_of) const {
    Found out;
    std::vector<unsigned char> times(sent, 0);
    for (std::string_view left = text; !left.empty(); ++out.lines) {
        const std::size_t end = left.find('\n');
        const std::string_view line = left.substr(0, end);
        left.remove_prefix(end == std::string_view::npos ? left.size() : end + 1);
        const std::uint64_t number = number_of(line);
        if (number >= sent || !wanted(number) || behind(line, "\"label\":\"") != label_of(number)) ++out.strange;
        else if (times[number] == 1) ++out.doubled;
        if (number < sent && times[number] < 2) ++times[number];
    }
    for (std::uint64_t n = 0; n < sent; ++n)
        if (n < is_.size() && is_[n] && wanted(n) && times[n] == 0) ++out.missing;
    return out;
}

}  // namespace weir::bench
