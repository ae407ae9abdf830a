#include "tools/command/put.hpp"

#include "dsl/names/nearest.hpp"
#include "engine/evaluate/evaluate.hpp"
#include "engine/message/arena.hpp"
#include "engine/message/json.hpp"
#include "engine/message/text.hpp"
#include "engine/runtime/type_mark.hpp"

namespace weir::command {
namespace {

const plan::Channel* find_channel(const plan::Plan& plan, const std::string& name) {
    for (const plan::Channel& channel : plan.channels)
        if (channel.name == name) return &channel;
    return nullptr;
}

Error no_channel(const plan::Plan& plan, const std::string& name) {
    std::vector<std::string> known;
    for (const plan::Channel& channel : plan.channels) known.push_back(channel.name);
    std::string why = "there is no channel `" + name + "`";
    if (const std::string near = nearest(name, known); !near.empty()) return Error{0, why + "; did you mean `" + near + "`?"};
    if (known.empty()) return Error{0, why + ": the flows declare none"};
    why += ": there are ";
    for (std::size_t n = 0; n < known.size() && n < 20; ++n) why += (n == 0 ? "`" : ", `") + known[n] + "`";
    return Error{0, why};
}

Slice keep(Commit& commit, std::string_view text) {
    const Slice slice{static_cast<std::uint32_t>(commit.bytes.size()), static_cast<std::uint32_t>(text.size())};
    commit.bytes += text;
    return slice;
}

}  // namespace

Result<Prepared> prepare(const plan::Plan& plan, const Sending& sending, Store& store, const Clock& clock, Random& random) {
    const plan::Channel* channel = find_channel(plan, sending.channel);
    if (channel == nullptr) return no_channel(plan, sending.channel);
    if (sending.body.size() > (std::size_t{16} << 20)) return Error{0, "the body is larger than 16 MiB"};
    Arena arena;
    JsonReader reader;
    Body body = Body::copy_of(sending.body, Format::json);
    std::string why;
    Format format = Format::json;
    const bool typed = channel->type != plan::none && channel->type != 0;
    if (!look(body, arena, reader, why)) {
        if (typed) return Error{0, "`" + channel->name + "` carries JSON, and the body is none: " + why};
        format = is_utf8(sending.body) ? Format::text : Format::bytes;
    } else if (typed) {
        Compiler compiler(plan);
        Scope scope;
        scope.arena = &arena;
        scope.reader = &reader;
        scope.now = clock.wall();
        scope.random = &random;
        scope.locals.resize(plan.frame);
        Value out;
        Misfit misfit;
        if (!conform(plan, channel->type, body.tree, scope, false, compiler, out, misfit)) return Error{0, "the body does not fit `" + channel->name + "`: " + (misfit.path.empty() ? "" : misfit.path + ": ") + misfit.why};
    }
    Prepared made;
    const std::uint64_t a = random.next(), b = random.next(), c = random.next();
    made.id = {a, b};
    Meta meta;
    meta.id = made.id;
    meta.correlation = made.id;
    meta.trace = {c, random.next()};
    meta.created = clock.wall();
    Commit& commit = made.commit;
    commit.flow = store.number(NameKind::flow, "(weir send)");  // no flow can have that name
    commit.now = meta.created;
    Put put;
    put.channel = store.number(NameKind::channel, channel->name);
    put.id = made.id;
    put.type = static_cast<std::uint32_t>(format) | mark_of(plan, channel->type).mark << 8;
    put.envelope = keep(commit, encode_envelope(&sending.headers, meta));
    put.body = keep(commit, sending.body);
    commit.puts.push_back(put);
    UnitWrite unit;
    unit.id = made.id;
    unit.puts_end = 1;
    commit.units.push_back(unit);
    return made;
}

bool read_header(const std::string& text, Headers& into) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) return false;
    Header header{text.substr(0, equals), text.substr(equals + 1)};
    for (char& c : header.name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    into.push_back(std::move(header));
    return true;
}

}  // namespace weir::command
