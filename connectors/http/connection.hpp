#pragma once
#ifdef __SANITIZE_THREAD__
#pragma GCC diagnostic ignored "-Wtsan"  // Asio's fences: the sanitizer doesn't see them, and nothing here relies on them
#endif
// One connection that was taken: its buffers, the request that is under way, the answer that leaves.
// Owner: the listener. Thread: its own.
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/http/media.hpp"
#include "connectors/http/routes.hpp"
#include "connectors/http/wire.hpp"
#include "engine/message/message.hpp"

namespace weir::http {

inline constexpr std::size_t kept_buffer = 16 * 1024;  // an idle connection keeps no more

enum class State : std::uint8_t { head, body, waiting, writing, lingering };
enum class Line : std::uint8_t { reading, idle, moving, lingering, none };  // what its deadline is about; in each line the oldest stands in front

struct Connection {
    boost::asio::ip::tcp::socket socket;
    std::uint32_t slot = 0;
    std::string remote;
    State state = State::head;
    Line line = Line::none;
    std::list<Connection*>::iterator place;
    EngineTime since{0};
    std::uint64_t moved = 0;          // bytes, in this window

    std::unique_ptr<char[]> in;
    std::size_t capacity = 0, begin = 0, end = 0, scanned = 0;
    bool reading = false, closed = false, input_ended = false, processing = false;

    // The request that is under way.
    RequestHead head;                 // its views are good while `handle_head` runs, no longer
    std::uint64_t ticket = 0;
    std::shared_ptr<Route> route;
    bool keep_alive = true, old = false, no_body = false, stored = false;
    Id128 id;
    Message message;
    Media media = Media::none;
    std::string key;
    std::string body;
    bool chunked = false;
    std::uint64_t left = 0;           // of a body with a length
    Chunks chunks;
    std::size_t counted = 0;          // of Listening::bodies_

    std::string out;
    std::size_t written = 0;
    bool close_after = false;
    std::size_t discarded = 0;

    explicit Connection(boost::asio::ip::tcp::socket s) : socket(std::move(s)) {}
    std::string_view held() const { return {in.get() + begin, end - begin}; }
};
using ConnectionPtr = std::shared_ptr<Connection>;

}  // namespace weir::http
