#include "engine/runtime/outputs.hpp"

namespace weir {
namespace {

// C1: what a row is in, so that a reader gives it back as it came. The format in the low byte, the mark of its type above.
std::uint32_t row_type(Format format, std::uint32_t type_mark) { return static_cast<std::uint32_t>(format) | type_mark << 8; }

bool header_text(Scope& scope, const Value& value, std::string& out) {
    if (value.kind() == Kind::string) out = value.text();
    else write_json(out, value);
    for (const char c : out)
        if (c == '\r' || c == '\n' || c == '\0') {
            fail(scope, FailureClass::invalid, "a header can't hold a line end or NUL");
            return false;
        }
    return true;
}

}  // namespace

void Outputs::begin_batch(No flow, std::int64_t now, bool history, std::size_t bytes_expected) {
    commit_ = Commit{};
    commit_.flow = flow;
    commit_.now = now;
    commit_.history = history;
    commit_.bytes.reserve(bytes_expected);
    sends_.clear();
}

void Outputs::begin_unit() {
    puts_begin_ = commit_.puts.size();
    lines_begin_ = commit_.lines.size();
    dead_begin_ = commit_.dead.size();
    bytes_begin_ = commit_.bytes.size();
    taps_.clear();
}

void Outputs::withdraw(bool taps) {
    commit_.puts.resize(puts_begin_);
    commit_.lines.resize(lines_begin_);
    commit_.dead.resize(dead_begin_);
    sends_.clear();
    if (taps) taps_.clear();
    if (taps_.empty()) commit_.bytes.resize(bytes_begin_);
}

void Outputs::end_unit(UnitWrite unit) {
    for (Put& tap : taps_) commit_.puts.push_back(tap);
    unit.puts_end = static_cast<std::uint32_t>(commit_.puts.size());
    unit.lines_end = static_cast<std::uint32_t>(commit_.lines.size());
    unit.dead_end = static_cast<std::uint32_t>(commit_.dead.size());
    commit_.units.push_back(unit);
}

void Outputs::reopen(Commit commit, std::size_t taps) {
    commit_ = std::move(commit);
    taps_.assign(commit_.puts.end() - static_cast<std::ptrdiff_t>(taps), commit_.puts.end());
    commit_.units.clear();
    commit_.puts.clear();
    commit_.lines.clear();
    commit_.dead.clear();
    sends_.clear();
    puts_begin_ = lines_begin_ = dead_begin_ = 0;
    bytes_begin_ = commit_.bytes.size();
}

Slice Outputs::write_envelope(const Headers* headers, const Meta& meta) {
    const std::string envelope = encode_envelope(headers, meta);
    Slice slice{static_cast<std::uint32_t>(commit_.bytes.size()), static_cast<std::uint32_t>(envelope.size())};
    commit_.bytes += envelope;
    return slice;
}

void Outputs::bury(const Message& input, Failure failure) {
    Dead dead;
    dead.id = input.meta.id;
    dead.failure = std::move(failure);
    dead.envelope = write_envelope(input.headers.get(), input.meta);
    const auto begin = commit_.bytes.size();
    write_body(commit_.bytes, input.body);
    dead.body = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(commit_.bytes.size() - begin)};
    commit_.dead.push_back(std::move(dead));
}

Slice Outputs::keep(const Message& input) {
    const auto begin = commit_.bytes.size();
    write_body(commit_.bytes, input.body);
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(commit_.bytes.size() - begin)};
}

std::uint32_t Outputs::file(const std::string& path) {
    for (std::size_t n = 0; n < commit_.files.size(); ++n)
        if (commit_.files[n] == path) return static_cast<std::uint32_t>(n);
    commit_.files.push_back(path);
    return static_cast<std::uint32_t>(commit_.files.size() - 1);
}

bool arguments_of(const Destination& to, Scope& scope, std::vector<Argument>& out) {
    out.clear();
    for (const ArgumentCode& argument : to.arguments) {
        Value value;
        if (!argument.code->run(scope, value)) return false;
        out.push_back({argument.name, value});
    }
    if (!to.root.empty()) out.push_back({"root", Value::string(to.root)});
    return true;
}

bool Outputs::append(Scope& scope, const Destination& to, const Body& body) {
    if (!to.fixed_path) {
        Failure failure;
        if (!arguments_of(to, scope, arguments_)) return false;
        if (!to.connector->append_path(arguments_, path_, failure)) {
            fail(scope, failure.kind, failure.message, failure.path);
            return false;
        }
    }
    const std::uint32_t index = file(to.fixed_path ? *to.fixed_path : path_);
    const auto begin = commit_.bytes.size();
    write_body(commit_.bytes, body);
    if (commit_.bytes.size() == begin || commit_.bytes.back() != '\n') commit_.bytes += '\n';
    commit_.lines.push_back({index, {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(commit_.bytes.size() - begin)}});
    return true;
}

void Outputs::put(const Destination& to, const Body& body, const Headers* headers, const Meta& meta, bool tap) {
    Put row;
    row.channel = to.channel;
    row.id = meta.id;
    const bool as_it_came = body.tree.is_missing() || !body.bytes.empty();
    Format format = as_it_came ? body.format : Format::json;
    if (!as_it_came && body.tree.kind() == Kind::string) format = Format::text;
    if (!as_it_came && body.tree.kind() == Kind::bytes) format = Format::bytes;
    row.type = row_type(format, to.type_mark);
    row.envelope = write_envelope(headers, meta);
    const auto begin = commit_.bytes.size();
    write_body(commit_.bytes, body);
    row.body = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(commit_.bytes.size() - begin)};
    if (tap) taps_.push_back(row);
    else commit_.puts.push_back(row);
}

bool Outputs::to_sink(Scope& scope, const Destination& to, const Body& body, const Id128& id) {
    PendingSend pending;
    pending.to = &to;
    pending.request.id = id;
    if (!arguments_of(to, scope, pending.request.arguments)) return false;
    // The values of the arguments end with the unit; the request outlives it, so texts move into it.
    for (Argument& argument : pending.request.arguments)
        if (argument.value.kind() == Kind::string) argument.value = Value::string(pending.request.keep(argument.value.text()));
    write_body(pending.request.body, body);
    sends_.push_back(std::move(pending));
    return true;
}

bool Outputs::send(Scope& scope, const Destination& to, const Value* value, const Value* header_values, std::uint64_t node, bool tap) {
    Message& message = *scope.message;
    Body body = value == nullptr ? message.body : Body::of(*value);
    if (to.type != plan::none) {
        std::string why;
        if (!look(body, *scope.arena, *scope.reader, why)) {
            fail(scope, FailureClass::invalid, std::move(why), "body");
            return false;
        }
        Value out;
        Misfit misfit;
        if (!conform(plan_, to.type, body.tree, scope, false, compiler_, out, misfit)) {
            fail(scope, FailureClass::invalid, to.name + ": " + misfit.why, std::move(misfit.path));
            return false;
        }
    }
    if (to.sort == Destination::Sort::append) {
        if (!append(scope, to, body)) return false;
    } else {
        // I2; `meta` of an output: the conversation goes along, the id and the time are its own (patterns.md 2.2).
        const Id128 id = output_id(message.meta.id, node, 0);
        if (to.sort == Destination::Sort::sink) {
            if (!to_sink(scope, to, body, id)) return false;
        } else {
            Meta meta = message.meta;
            meta.id = id;
            meta.created = scope.now;
            meta.attempt = 1;
            meta.failure = nullptr;
            if (meta.correlation.empty()) meta.correlation = message.meta.id;
            if (value != nullptr) meta.in_reply_to = {};
            Headers headers;
            const bool forward = value == nullptr;
            if (forward && message.headers) headers = *message.headers;
            if (header_values != nullptr && header_values->kind() == Kind::object) {
                for (std::uint32_t n = 0; n < header_values->length(); ++n) {
                    const Member& member = header_values->o[n];
                    std::string text;
                    if (member.value.is_absent()) continue;
                    if (!header_text(scope, member.value, text)) return false;
                    std::string name(member.key.text());
                    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
                    std::erase_if(headers, [&](const Header& h) { return h.name == name; });
                    headers.push_back({std::move(name), std::move(text)});
                }
            }
            put(to, body, &headers, meta, tap);
        }
    }
    const std::size_t outputs = commit_.puts.size() - puts_begin_ + commit_.lines.size() - lines_begin_ + taps_.size();
    if (outputs > max_outputs || commit_.bytes.size() - bytes_begin_ > max_output_bytes) {
        fail(scope, FailureClass::too_large, "one message may send 10,000 messages and 16 MiB at most");
        return false;
    }
    return true;
}

Failure failure_of(const Scope& scope, std::string_view flow, std::string_view step, std::int64_t at, std::uint32_t attempts) {
    Failure failure;
    failure.kind = scope.failed == FailureClass::any ? FailureClass::internal : scope.failed;
    failure.message = scope.why;
    failure.path = scope.path;
    failure.flow = flow;
    failure.step = step;
    failure.at = at;
    failure.attempts = attempts;
    return failure;
}

}  // namespace weir
