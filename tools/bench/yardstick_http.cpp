#include <sqlite3.h>

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>

#include "tools/bench/yardsticks.hpp"

namespace weir::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Code = boost::system::error_code;

struct Session;
using Work = std::function<void(std::shared_ptr<Session>)>;

struct Session : std::enable_shared_from_this<Session> {
    Session(tcp::socket socket, const Work& to_do) : stream(std::move(socket)), work(to_do) {}
    void read() {
        request = {};
        http::async_read(stream, buffer, request, [me = shared_from_this()](Code code, std::size_t) {
            if (!code) me->work(me);
        });
    }
    void answer(http::status status, const std::string& body) {
        response = {status, request.version()};
        response.set(http::field::content_type, "application/json");
        response.keep_alive(request.keep_alive());
        response.body() = body;
        response.prepare_payload();
        http::async_write(stream, response, [me = shared_from_this()](Code code, std::size_t) {
            if (!code) me->read();
        });
    }
    boost::beast::tcp_stream stream;
    const Work& work;
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::response<http::string_body> response;
};

void serve(asio::io_context& io, const Work& work) {
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    std::printf("listens on 127.0.0.1:%u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
    std::fflush(stdout);
    std::function<void()> accept = [&] {
        acceptor.async_accept([&](Code code, tcp::socket socket) {
            if (code) return;
            socket.set_option(tcp::no_delay(true));
            std::make_shared<Session>(std::move(socket), work)->read();
            accept();
        });
    };
    accept();
    io.run();
}

void must(sqlite3* database, bool good) {
    if (!good) give_up(std::string("sqlite: ") + sqlite3_errmsg(database));
}

// One writer: all that waits is one transaction, and is answered behind it.
class Keeper {
public:
    Keeper(asio::io_context& io, const std::string& path) : io_(io) {
        must(database_, sqlite3_open(path.c_str(), &database_) == SQLITE_OK);
        exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; CREATE TABLE job(id INTEGER PRIMARY KEY, body BLOB)");
        must(database_, sqlite3_prepare_v2(database_, "INSERT INTO job(body) VALUES(?)", -1, &insert_, nullptr) == SQLITE_OK);
        std::thread([this] { run(); }).detach();  // until the process is ended
    }
    void keep(std::shared_ptr<Session> session) {
        bool first = false;
        {
            std::lock_guard lock(mutex_);
            first = waiting_.empty();
            waiting_.push_back(std::move(session));
        }
        if (first) ready_.notify_one();
    }

private:
    void exec(const char* sql) { must(database_, sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK); }
    [[noreturn]] void run() {
        for (;;) {
            std::vector<std::shared_ptr<Session>> set;
            {
                std::unique_lock lock(mutex_);
                ready_.wait(lock, [&] { return !waiting_.empty(); });
                set.swap(waiting_);
            }
            exec("BEGIN IMMEDIATE");
            for (const auto& session : set) {
                const std::string& body = session->request.body();
                sqlite3_bind_blob(insert_, 1, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
                must(database_, sqlite3_step(insert_) == SQLITE_DONE);
                sqlite3_reset(insert_);
            }
            exec("COMMIT");
            asio::post(io_, [set = std::move(set)] {
                for (const auto& session : set) session->answer(http::status::accepted, R"({"id":"0123456789abcdef0123456789abcdef"})");
            });
        }
    }
    asio::io_context& io_;
    sqlite3* database_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::vector<std::shared_ptr<Session>> waiting_;
};

}  // namespace

void yardstick_http(const std::string& work, const std::string& folder) {
    asio::io_context io{work == "square" ? 1 : 2};
    if (work == "square") return serve(io, [](const std::shared_ptr<Session>& session) { session->answer(http::status::ok, R"({"id":"ord-00000001","total":42})"); });
    Keeper keeper(io, folder + "/take.db");
    serve(io, [&](std::shared_ptr<Session> session) { keeper.keep(std::move(session)); });
}

}  // namespace weir::bench
