#include "engine/runtime/outputs.hpp"

#include "engine/message/arrival.hpp"

namespace weir {
namespace {

// C1: what a row is in, so that a reader gives it back as it came. The format in the low byte, the mark of its type above.
std::uint32_t row_type(Format format, std::uint32_t type_mark) { return static_cast<std::uint32_t>(format) | type_mark << 8; }

Format format_of(const Body& body) {
    if (body.tree.is_missing() || !body.bytes.empty()) return body.format;
    if (body.tree.kind() == Kind::string) return Format::text;
    return body.tree.kind() == Kind::bytes ? Format::bytes : Format::json;
}

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

Outputs::Outputs(const plan::Plan& plan, Compiler& compiler, std::string_view flow) : plan_(plan), compiler_(compiler), flow_(flow) {}

void Outputs::begin_batch(No flow, std::int64_t now, bool history, std::size_t units, std::size_t bytes_expected) {
    if (spent_.empty()) {
        commit_ = Commit{};
    } else {
        commit_ = std::move(spent_.back());
        spent_.pop_back();
    }
    commit_.flow = flow;
    commit_.now = now;
    commit_.history = history;
    commit_.bytes.reserve(bytes_expected);
    commit_.units.reserve(units);
    commit_.lines.reserve(lines_expected_);
    commit_.puts.reserve(puts_expected_);
    fixed_.clear();
    sends_.clear();
    dropped_.clear();
}

void Outputs::reuse(Commit spent) {
    constexpr std::size_t most = 64, most_bytes = 1u << 20;  // as many as there are batches in a window, of usual size
    if (spent_.size() >= most || spent.size() > most_bytes) return;
    for (FileLines& file : spent.files) {
        if (spent_texts_.size() >= 4 * most) break;
        file.text.clear();
        spent_texts_.push_back(std::move(file.text));
    }
    spent.more_follows = false;
    spent.units.clear();
    spent.puts.clear();
    spent.lines.clear();
    spent.dead.clear();
    spent.due.clear();
    spent.seen.clear();
    spent.recorded.clear();
    spent.files.clear();
    spent.notes.clear();
    spent.bytes.clear();
    spent_.push_back(std::move(spent));
}

void Outputs::release() {
    spent_ = std::vector<Commit>();
    spent_texts_ = std::vector<std::string>();
}

void Outputs::begin_unit(Memo* memo) {
    puts_begin_ = commit_.puts.size();
    lines_begin_ = commit_.lines.size();
    dead_begin_ = commit_.dead.size();
    due_begin_ = commit_.due.size();
    seen_begin_ = commit_.seen.size();
    recorded_begin_ = commit_.recorded.size();
    bytes_begin_ = commit_.bytes.size();
    line_bytes_ = 0;
    taps_.clear();
    dropped_begin_ = dropped_.size();
    call_.reset();
    reply_.reset();
    passed_on_ = carries_ = false;
    memo_ = memo;
}

void Outputs::withdraw(bool taps) {
    commit_.puts.resize(puts_begin_);
    take_lines_back(lines_begin_);
    commit_.dead.resize(dead_begin_);
    commit_.due.resize(due_begin_);
    commit_.seen.resize(seen_begin_);
    commit_.recorded.resize(recorded_begin_);
    sends_.clear();
    call_.reset();
    reply_.reset();
    passed_on_ = carries_ = false;
    if (taps) {
        taps_.clear();
        dropped_.resize(dropped_begin_);
    }
    if (taps_.empty() && dropped_.size() == dropped_begin_) commit_.bytes.resize(bytes_begin_);
    line_bytes_ = 0;
}

// Their text goes too: what stands in a file's text is written.
void Outputs::take_lines_back(std::size_t to) {
    for (; commit_.lines.size() > to; commit_.lines.pop_back()) {
        const Line& last = commit_.lines.back();
        commit_.files[last.file].text.resize(last.text.begin);
    }
}

void Outputs::back_to(const Mark& mark) {
    commit_.puts.resize(mark.puts);
    take_lines_back(mark.lines);
    sends_.erase(sends_.begin() + static_cast<std::ptrdiff_t>(mark.sends), sends_.end());
    if (!mark.replied) reply_.reset();
    call_.reset();
}

void Outputs::end_unit(const UnitWrite& write) {
    // The return address is passed on or met, never both (patterns.md 2.2).
    if (reply_ && carries_) {
        for (std::size_t n = puts_begin_; n < commit_.puts.size(); ++n) {
            Put& row = commit_.puts[n];
            Headers headers;
            Meta meta;
            if (!decode_envelope(std::string_view(commit_.bytes).substr(row.envelope.begin, row.envelope.length), headers, meta)) continue;
            meta.reply_to.clear();
            row.envelope = write_envelope(&headers, meta);
        }
        passed_on_ = false;
    }
    for (Put& tap : taps_) commit_.puts.push_back(tap);
    UnitWrite& unit = commit_.units.emplace_back(write);
    unit.puts_end = static_cast<std::uint32_t>(commit_.puts.size());
    unit.lines_end = static_cast<std::uint32_t>(commit_.lines.size());
    unit.dead_end = static_cast<std::uint32_t>(commit_.dead.size());
    unit.due_end = static_cast<std::uint32_t>(commit_.due.size());
    unit.seen_end = static_cast<std::uint32_t>(commit_.seen.size());
    unit.recorded_end = static_cast<std::uint32_t>(commit_.recorded.size());
}

Slice Outputs::slice_of(std::string_view text) {
    const Slice slice{static_cast<std::uint32_t>(commit_.bytes.size()), static_cast<std::uint32_t>(text.size())};
    commit_.bytes += text;
    return slice;
}

Slice Outputs::body_slice(const Body& body) {
    const auto begin = commit_.bytes.size();
    write_body(commit_.bytes, body);
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(commit_.bytes.size() - begin)};
}

Slice Outputs::write_envelope(const Headers* headers, const Meta& meta) { return slice_of(encode_envelope(headers, meta)); }

Slice Outputs::keep(const Message& input) {
    const auto begin = commit_.bytes.size();
    encode_arrival(commit_.bytes, input);
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(commit_.bytes.size() - begin)};
}

// What a row that a unit comes back from has, whichever table it stands in.
template <class Row> void Outputs::stand(Row& row, const Delivery& input) {
    row.body = body_slice(input.message.body);
    std::string source;
    if (!input.message.source.is_absent()) write_json(source, input.message.source);
    row.source = slice_of(source);
    row.memo = memo_ == nullptr ? Slice{} : slice_of(memo_->encode());
    row.origin = input.origin;
    row.type = input.row_type != 0 ? input.row_type : static_cast<std::uint32_t>(input.message.body.format);
}

void Outputs::bury(const Delivery& input, Failure failure) {
    Dead dead;
    dead.id = input.message.meta.id;
    dead.failure = std::move(failure);
    dead.envelope = write_envelope(input.message.headers.get(), input.message.meta);
    stand(dead, input);
    commit_.dead.push_back(std::move(dead));
}

void Outputs::rest(const Delivery& input, EngineTime at, std::uint32_t attempt, std::optional<Key> key, const Failure& why) {
    Due due;
    due.id = input.position.sort == Position::Sort::due ? input.position.at : 0;
    due.at = at;
    due.mid = input.message.meta.id;
    due.attempt = attempt;
    due.key = key;
    Meta meta = input.message.meta;
    meta.attempt = attempt;
    due.envelope = slice_of(encode_envelope(input.message.headers.get(), meta, &why));
    stand(due, input);
    if (input.deadline.count() != 0) due.memo = slice_of(deadline_text(input.deadline) + (memo_ == nullptr ? std::string() : memo_->encode()));
    commit_.due.push_back(std::move(due));
}

void Outputs::seen(const Key& key, EngineTime until) {
    Seen row;
    row.key = key;
    row.until = until;
    if (reply_) {
        row.status = reply_->status;
        row.format = static_cast<std::uint8_t>(reply_->format);
        row.body = slice_of(reply_->body);
    }
    commit_.seen.push_back(row);
}

void Outputs::record(std::uint64_t node, std::string_view body) { commit_.recorded.push_back({node, slice_of(body)}); }

FileLines& Outputs::file(const Destination& to, std::uint32_t& index) {
    for (const auto& [known, at] : fixed_)
        if (known == &to) return commit_.files[index = at];
    const std::string& path = to.fixed_path ? *to.fixed_path : path_;
    for (index = 0; index < commit_.files.size() && commit_.files[index].path != path;) ++index;
    if (index == commit_.files.size()) {
        FileLines& fresh = commit_.files.emplace_back();
        fresh.path = path;
        if (!spent_texts_.empty()) {
            fresh.text = std::move(spent_texts_.back());
            spent_texts_.pop_back();
        }
        fresh.text.reserve(text_expected_);
    }
    if (to.fixed_path) fixed_.emplace_back(&to, index);
    return commit_.files[index];
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
    Line line;
    std::string& text = file(to, line.file).text;
    const std::size_t begin = text.size();
    write_body(text, body);
    if (text.size() == begin || text.back() != '\n') text += '\n';
    line.text = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(text.size() - begin)};
    line_bytes_ += line.text.length;
    commit_.lines.push_back(line);
    return true;
}

void Outputs::put(const Destination& to, const Body& body, const Headers* headers, const Meta& meta, bool tap) {
    Put row;
    row.channel = to.channel;
    row.id = meta.id;
    row.type = row_type(format_of(body), to.type_mark);
    row.envelope = write_envelope(headers, meta);
    row.body = body_slice(body);
    if (tap) taps_.push_back(row);
    else commit_.puts.push_back(row);
}

bool Outputs::to_sink(Scope& scope, const Destination& to, const Body& body, const Headers* headers, const Id128& id, std::uint64_t node) {
    if (memo_ != nullptr && memo_->find(node) != nullptr) return true;  // U5: confirmed by a run before
    PendingSend pending;
    pending.to = &to;
    pending.node = node;
    pending.request.id = id;
    if (!arguments_of(to, scope, pending.request.arguments)) return false;
    pending.request.format = format_of(body);
    if (headers != nullptr) pending.request.headers = *headers;
    write_body(pending.request.body, body);
    sends_.push_back(std::move(pending));
    return true;
}

bool Outputs::headers_of(Scope& scope, const Value* values, Headers& out) {
    if (values == nullptr || values->kind() != Kind::object) return true;
    for (std::uint32_t n = 0; n < values->length(); ++n) {
        const Member& member = values->o[n];
        std::string text;
        if (member.value.is_absent()) continue;
        if (!header_text(scope, member.value, text)) return false;
        std::string name(member.key.text());
        for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        std::erase_if(out, [&](const Header& h) { return h.name == name; });
        out.push_back({std::move(name), std::move(text)});
    }
    return true;
}

// Those of this commit count: a batch would not see its own copies otherwise.
bool Outputs::full(const Destination& to) const {
    if (to.limit == 0 || store_ == nullptr) return false;
    std::uint64_t rows = store_->depth(to.channel);
    for (const Put& put : commit_.puts) rows += put.channel == to.channel ? 1u : 0u;
    for (const Put& put : taps_) rows += put.channel == to.channel ? 1u : 0u;
    return rows >= to.limit;
}

void Outputs::drop(Scope& scope, std::uint64_t node, std::string_view why) {
    if (memo_ != nullptr) {
        if (memo_->find(node) != nullptr) return;
        memo_->sent(node);
    }
    UnitWrite unit;
    unit.id = output_id(scope.message->meta.id, node, 0);
    unit.outcome = Outcome::discarded;
    unit.why = slice_of(why);
    dropped_.push_back(unit);
}

Commit Outputs::take_commit() {
    for (UnitWrite& unit : dropped_) {
        const UnitWrite& last = commit_.units.back();
        unit.puts_end = last.puts_end;
        unit.lines_end = last.lines_end;
        unit.dead_end = last.dead_end;
        unit.due_end = last.due_end;
        unit.seen_end = last.seen_end;
        unit.recorded_end = last.recorded_end;
        commit_.units.push_back(unit);
    }
    dropped_.clear();
    lines_expected_ = commit_.lines.size();
    puts_expected_ = commit_.puts.size();
    std::size_t text = 0;
    for (const FileLines& each : commit_.files) text += each.text.size();
    text_expected_ = commit_.files.empty() ? 0 : text / commit_.files.size() * 9 / 8;
    return std::move(commit_);
}

bool Outputs::reply(Scope& scope, std::uint16_t status, const Value* value, std::uint64_t) {
    if (scope.message->meta.reply_to.empty()) {
        fail(scope, FailureClass::invalid, "no return address: nobody waits for a reply to this message");
        return false;
    }
    if (reply_) return true;  // the first reply wins
    const Body body = value == nullptr ? scope.message->body : Body::of(*value);
    PendingReply made;
    made.status = status;
    made.format = format_of(body);
    write_body(made.body, body);
    reply_ = std::move(made);
    return true;
}

bool Outputs::call(Scope& scope, const CallRequest& asked) {
    PendingCall made;
    made.to = asked.to;
    made.node = asked.node;
    made.recorded = asked.recorded;
    made.request.id = output_id(scope.message->meta.id, asked.node, 0);
    made.request.timeout = asked.timeout;
    made.request.wants_answer = true;
    if (!arguments_of(*asked.to, scope, made.request.arguments)) return false;
    const Body body = asked.body == nullptr ? scope.message->body : Body::of(*asked.body);
    made.request.format = format_of(body);
    write_body(made.request.body, body);
    if (!headers_of(scope, asked.headers, made.request.headers)) return false;
    call_ = std::move(made);
    return true;
}

bool Outputs::send(Scope& scope, const Destination& to, const Value* value, const Value* header_values, std::uint64_t node, bool tap) {
    Message& message = *scope.message;
    if (tap && memo_ != nullptr) {
        if (memo_->find(node) != nullptr) return true;  // T1: its copy stands already
        memo_->sent(node);
    }
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
            fail(scope, FailureClass::invalid, to.name + ": " + misfit.text(), misfit.path);
            return false;
        }
    }
    if (to.sort == Destination::Sort::append) {
        if (!append(scope, to, body)) return false;
    } else {
        // I2; `meta` of an output: the conversation goes along, the id and the time are its own (patterns.md 2.2).
        const Id128 id = output_id(message.meta.id, node, 0);
        if (to.sort == Destination::Sort::sink) {
            Headers headers;
            if (!headers_of(scope, header_values, headers) || !to_sink(scope, to, body, &headers, id, node)) return false;
        } else {
            Meta meta = message.meta;
            meta.id = id;
            meta.created = scope.now;
            meta.attempt = 1;
            meta.failure = scope.failure != nullptr && value == nullptr ? message.meta.failure : nullptr;
            if (meta.correlation.empty()) meta.correlation = message.meta.id;
            const bool forward = value == nullptr;
            if (!forward) {
                meta.in_reply_to = {};
                meta.expires = 0;
            }
            if (!forward || tap) meta.reply_to.clear();
            if (!meta.reply_to.empty()) {
                carries_ = true;
                passed_on_ = passed_on_ || to.may_answer;
            }
            Headers headers;
            if (forward && message.headers) headers = *message.headers;
            if (!headers_of(scope, header_values, headers)) return false;
            put(to, body, &headers, meta, tap);
        }
    }
    const std::size_t outputs = commit_.puts.size() - puts_begin_ + commit_.lines.size() - lines_begin_ + taps_.size();
    if (outputs > max_outputs || commit_.bytes.size() - bytes_begin_ + line_bytes_ > max_output_bytes) {
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
