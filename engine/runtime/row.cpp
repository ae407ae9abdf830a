#include "engine/runtime/row.hpp"

#include <cstring>

namespace weir {

namespace {

void open(const Id128& mid, std::string body, std::uint32_t row_type, bool decodes, Headers headers, Delivery& out) {
    auto kept = std::make_shared<std::string>(std::move(body));
    const std::size_t size = kept->size();
    kept->resize(size + json_padding);
    out.message.body.bytes = std::string_view(kept->data(), size);
    out.message.body.format = static_cast<Format>(row_type & 0xff);
    out.message.body.owner = std::move(kept);
    out.row_type = row_type;
    if (!decodes) {
        auto failure = std::make_shared<Failure>();
        failure->kind = FailureClass::internal;
        failure->message = "the row's envelope does not decode";
        out.message.meta = Meta{};
        out.unreadable = std::move(failure);
    }
    if (!headers.empty()) out.message.headers = std::make_shared<const Headers>(std::move(headers));
    out.message.meta.id = mid;
}

}  // namespace

void open_row(const Id128& mid, std::string body, std::string_view envelope, std::uint32_t row_type, Delivery& out) {
    Headers headers;
    const bool decodes = decode_envelope(envelope, headers, out.message.meta);
    open(mid, std::move(body), row_type, decodes, std::move(headers), out);
}
void open_rest(const Id128& mid, std::string body, std::string_view envelope, std::uint32_t row_type, Delivery& out) {
    Headers headers;
    const bool decodes = decode_rest(envelope, headers, out.message.meta, out.waits_for);
    open(mid, std::move(body), row_type, decodes, std::move(headers), out);
}

namespace {
constexpr char deadline_mark = '\x7d';  // no version of a memo
}

std::string deadline_text(EngineTime deadline) {
    if (deadline.count() == 0) return {};
    std::string out(1, deadline_mark);
    const std::int64_t at = deadline.count();
    char bytes[sizeof at];
    std::memcpy(bytes, &at, sizeof at);
    return out.append(bytes, sizeof at);
}

EngineTime take_deadline(std::string& memo) {
    std::int64_t at = 0;
    if (memo.size() < 1 + sizeof at || memo.front() != deadline_mark) return EngineTime{0};
    std::memcpy(&at, memo.data() + 1, sizeof at);
    memo.erase(0, 1 + sizeof at);
    return EngineTime(at);
}

void read_by(const TypeMark& mark, plan::TypeId type, Delivery& out) {
    if (mark.mark != 0 && (mark.reads_text || out.row_type >> 8 != mark.mark)) out.type = type;
}

}  // namespace weir
