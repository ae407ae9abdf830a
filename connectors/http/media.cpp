#include "connectors/http/media.hpp"

#include "connectors/http/wire.hpp"

namespace weir::http {

Media media_of(std::string_view content_type) {
    const std::size_t semicolon = content_type.find(';');
    std::string_view name = content_type.substr(0, semicolon);
    while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
    if (name.empty()) return Media::none;
    Media media = Media::other;
    const std::string type = lower(name);
    if (type == "application/json" || type.ends_with("+json")) media = Media::json;
    else if (type == "application/x-www-form-urlencoded") media = Media::form;
    else if (type.starts_with("multipart/")) return Media::multipart;
    else if (type.starts_with("text/") || type == "application/xml" || type.ends_with("+xml") || type == "application/x-ndjson" || type == "application/yaml") media = Media::text;
    if (media == Media::other || semicolon == content_type.npos) return media;
    const std::string parameters = lower(content_type.substr(semicolon));
    const std::size_t charset = parameters.find("charset=");
    if (charset == parameters.npos) return media;
    std::string_view value = std::string_view(parameters).substr(charset + 8);
    value = value.substr(0, value.find_first_of("; \t"));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value == "utf-8" || value == "utf8" || value == "us-ascii" ? media : Media::foreign_charset;
}

Format format_of(Media media) {
    switch (media) {
        case Media::json: return Format::json;
        case Media::text:
        case Media::form: return Format::text;
        default: return Format::bytes;
    }
}

std::string_view content_type_of(Format format) {
    switch (format) {
        case Format::json: return "application/json";
        case Format::text: return "text/plain; charset=utf-8";
        case Format::bytes: return "application/octet-stream";
        case Format::none: break;
    }
    return {};
}

FailureClass class_of(unsigned status) {
    switch (status) {
        case 404: return FailureClass::not_found;
        case 401:
        case 403: return FailureClass::unauthorized;
        case 408:
        case 504: return FailureClass::timeout;
        case 410: return FailureClass::expired;
        case 413: return FailureClass::too_large;
        case 400:
        case 422: return FailureClass::invalid;
        case 429: return FailureClass::rate_limited;
        default: return status >= 500 ? FailureClass::unavailable : FailureClass::rejected;
    }
}

}  // namespace weir::http
