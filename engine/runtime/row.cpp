#include "engine/runtime/row.hpp"

namespace weir {

void open_row(const Id128& mid, std::string body, std::string_view envelope, std::uint32_t row_type, Delivery& out) {
    auto kept = std::make_shared<std::string>(std::move(body));
    const std::size_t size = kept->size();
    kept->resize(size + json_padding);
    out.message.body.bytes = std::string_view(kept->data(), size);
    out.message.body.format = static_cast<Format>(row_type & 0xff);
    out.message.body.owner = std::move(kept);
    out.row_type = row_type;
    Headers headers;
    if (!decode_envelope(envelope, headers, out.message.meta)) {
        auto failure = std::make_shared<Failure>();
        failure->kind = FailureClass::internal;
        failure->message = "the row's envelope does not decode";
        out.message.meta = Meta{};
        out.unreadable = std::move(failure);
    }
    if (!headers.empty()) out.message.headers = std::make_shared<const Headers>(std::move(headers));
    out.message.meta.id = mid;
}

void read_by(const TypeMark& mark, plan::TypeId type, Delivery& out) {
    if (mark.mark != 0 && (mark.reads_text || out.row_type >> 8 != mark.mark)) out.type = type;
}

}  // namespace weir
