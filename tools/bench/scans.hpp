#pragma once
// The scans of the soak and their ledger: what was sent, what was acknowledged, and what of it stands in the sinks.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir::bench {

// A scan is made from its number: its key, what is on the image, who is told. The same in every run.
std::string scan_of(std::uint64_t number);
const char* label_of(std::uint64_t number);                     // what the stand-in for the model says of it
bool tells(std::uint64_t number, std::string_view who);         // email, sms, push

struct Found {
    long lines = 0;
    long missing = 0;  // acknowledged, and not there
    long doubled = 0;
    long strange = 0;  // never sent, not meant for here, or with another label
    bool good() const { return missing == 0 && doubled == 0 && strange == 0; }
};

class Ledger {
public:
    void acknowledged(std::uint64_t number, std::string_view answer);  // the body of the 202: its id
    long count() const { return acknowledged_; }
    // Each line of the text is one scan, known by the id of its answer or by its own key.
    Found by_id(const std::string& text, std::uint64_t sent) const;
    Found by_key(const std::string& text, std::uint64_t sent, const std::function<bool(std::uint64_t)>& wanted) const;

private:
    Found look(const std::string& text, std::uint64_t sent, const std::function<bool(std::uint64_t)>& wanted, const std::function<std::uint64_t(std::string_view)>& number_of) const;
    std::unordered_map<std::string, std::uint64_t> by_id_;
    std::vector<bool> is_;  // by number
    long acknowledged_ = 0;
};

// What stands behind `before` in the text, up to a quotation mark. Empty: it is not there.
std::string_view behind(std::string_view text, std::string_view before);

}  // namespace weir::bench
