#include "engine/runtime/keys.hpp"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <string>

#include "engine/message/json.hpp"

namespace weir {

namespace {

constexpr std::size_t least_sweep = 16'384;

struct Hash {
    using is_avalanching = void;
    std::size_t operator()(const Fingerprint& f) const { return static_cast<std::size_t>(f.low); }
};

}  // namespace

struct Keys::Table {
    boost::unordered_flat_map<Fingerprint, Known, Hash> known;
};

Keys::Keys() : table_(std::make_unique<Table>()), sweep_at_(least_sweep) {}
Keys::~Keys() = default;
std::size_t Keys::size() const { return table_->known.size(); }

bool fingerprint_of(const Value& key, No flow, Id128 secret, Fingerprint& out) {
    if (key.is_absent()) return false;
    if (key.kind() == Kind::string && key.text().empty()) return false;
    std::string canonical(reinterpret_cast<const char*>(&flow), sizeof flow);
    canonical += static_cast<char>(key.kind() == Kind::number_text ? Kind::integer : key.kind());
    if (key.kind() == Kind::string) canonical += key.text();
    else write_json(canonical, key);
    const Id128 hash = sip_hash(canonical, secret);
    out = {hash.a, hash.b};
    return true;
}

void Keys::load(const std::vector<SeenRow>& seen, const std::vector<DueRow>& due) {
    table_->known.reserve(seen.size());
    for (const SeenRow& row : seen) done(row.key, row.id, row.until);
    for (const DueRow& row : due)
        if (row.key) hold(*row.key, row.id);
}

Keys::Known Keys::look(const Fingerprint& key, EngineTime now) {
    if (size() >= sweep_at_) sweep(now);
    const auto found = table_->known.find(key);
    if (found == table_->known.end()) return {};
    if (found->second.state == State::done && found->second.until <= now) {
        table_->known.erase(found);
        return {};
    }
    return found->second;
}

void Keys::claim(const Key& key) { table_->known[key.fingerprint] = {State::claimed, key.body_hash, 0, EngineTime{0}}; }
void Keys::hold(const Key& key, RowId due) { table_->known[key.fingerprint] = {State::held, key.body_hash, due, EngineTime{0}}; }
void Keys::done(const Key& key, RowId seen, EngineTime until) { table_->known[key.fingerprint] = {State::done, key.body_hash, seen, until}; }
void Keys::free(const Fingerprint& key) { table_->known.erase(key); }

void Keys::sweep(EngineTime now) {
    boost::unordered::erase_if(table_->known, [now](const auto& each) { return each.second.state == State::done && each.second.until <= now; });
    sweep_at_ = std::max(least_sweep, 2 * size());  // each key is looked at twice in its life, by and large
}

}  // namespace weir
