#pragma once
#ifdef __SANITIZE_THREAD__
#pragma GCC diagnostic ignored "-Wtsan"  // Asio's fences: the sanitizer doesn't see them, and nothing here relies on them
#endif
// The connections to one server, and the calls that wait for them, are on them, or are over. Split by reason: client.cpp says whose turn it is and what
// becomes of a call, exchange.cpp carries one call over one connection, asking.cpp writes requests and reads answers.
// Owner: the Connector and its sinks. Thread: that of the world's network.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <concepts>
#include <deque>
#include <optional>

#include "connectors/http/client.hpp"

namespace weir::http {

struct Link;

struct Job {
    Call call;
    Then<SendResponse> then;
    std::uint64_t timer = 0;
    std::string out;
    bool fresh = false;       // wants a connection that nobody has used
    unsigned redirects = 0;
    std::shared_ptr<Link> link;
    enum class At : std::uint8_t { queued, connecting, sent, over } at = At::queued;
};
using JobPtr = std::shared_ptr<Job>;

// One connection to the server.
struct Link {
    boost::asio::ip::tcp::resolver resolver;
    boost::asio::ip::tcp::socket socket;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls;
    JobPtr job;               // null: idle
    bool closed = false, writing = false, used = false;
    std::size_t written = 0;  // of the job's bytes
    EngineTime since{0};      // idle

    std::unique_ptr<char[]> in;
    std::size_t capacity = 0, begin = 0, end = 0, scanned = 0;
    bool reading = false, answer_began = false, head_done = false;
    unsigned interim = 0;
    ResponseHead head;        // views good only while the head is read
    Framing framing = Framing::none;
    bool keep_alive = true;
    std::uint64_t left = 0;
    Chunks chunks;
    Answer answer;

    explicit Link(boost::asio::io_context& network) : resolver(network), socket(network) {}
    std::string_view held() const { return {in.get() + begin, end - begin}; }
};
using LinkPtr = std::shared_ptr<Link>;

class Pool final : public Client, public std::enable_shared_from_this<Pool> {
public:
    Pool(ClientOptions options, ConnectorWorld world) : options_(std::move(options)), world_(world) {}
    ~Pool() override {
        for (const LinkPtr& link : links_) {
            link->closed = true;
            if (link->job) link->job->link.reset();
            link->job.reset();
            boost::system::error_code ignored;
            link->socket.close(ignored);
        }
    }
    Result<Done> open();
    void call(Call call, Then<SendResponse> then) override;
    const ClientOptions& options() const override { return options_; }
    std::size_t connections() const override { return links_.size(); }

private:
    // whose turn it is, and what becomes of a call: client.cpp
    void pump();
    void answered(const LinkPtr& link);
    bool redirect(const JobPtr& job, unsigned status, std::string_view location);
    void broken(const LinkPtr& link, FailureClass kind, const std::string& why);
    void fail(const JobPtr& job, FailureClass kind, const std::string& why);
    void complete(const JobPtr& job, SendResponse response);
    void expire(const JobPtr& job);
    void close(const LinkPtr& link);
    void arm();
    // one call on one connection: exchange.cpp
    void dial(const JobPtr& job);
    void connect(const LinkPtr& link, const boost::asio::ip::tcp::resolver::results_type& found);
    void connected(const LinkPtr& link);
    void send(const LinkPtr& link);
    void written(const LinkPtr& link, const boost::system::error_code& error);
    void read(const LinkPtr& link);
    void received(const LinkPtr& link, const boost::system::error_code& error);
    bool step(const LinkPtr& link);  // false: more bytes must come, or the link is done
    bool read_head(const LinkPtr& link);
    std::string shown(const Job& job) const {
        return std::string(name_of(job.call.method)) + " " + (options_.url.tls ? "https://" : "http://") + options_.url.authority + job.call.target.substr(0, job.call.target.find('?'));
    }
    template <class F> auto on(const LinkPtr& link, F f) {
        return [weak = weak_from_this(), link, f]<class... Rest>(const boost::system::error_code& error, Rest&&... rest)
                   requires std::invocable<const F&, Pool&, const LinkPtr&, const boost::system::error_code&, Rest&...>
        {
            const std::shared_ptr<Pool> self = weak.lock();
            if (self && !link->closed) f(*self, link, error, rest...);
        };
    }

    ClientOptions options_;
    ConnectorWorld world_;
    std::optional<boost::asio::ssl::context> tls_;
    std::deque<JobPtr> queue_;
    std::vector<LinkPtr> links_, idle_;   // idle_: the one used last stands at the end
    std::uint64_t idle_timer_ = 0;
};

}  // namespace weir::http
