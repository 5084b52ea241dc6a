//! The program under test: started as a process, spoken to over HTTP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A service that runs. It is killed with the value.
pub(crate) struct Bookshelf {
    child: Child,
    address: String,
}

impl Bookshelf {
    /// Starts the service, and waits until it says where it listens.
    pub(crate) fn start(url: &str) -> Bookshelf {
        let mut child = program(url)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its stdout");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        match line.trim().strip_prefix("listening on http://") {
            Some(address) => Bookshelf { address: address.to_owned(), child },
            None => {
                let output = child.wait_with_output().expect("its end");
                panic!("it does not serve: {}", String::from_utf8_lossy(&output.stderr));
            }
        }
    }

    /// Stops it as Ctrl-C does. Returns its log.
    pub(crate) fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-INT", &id]).status().expect("a signal");
        let mut log = String::new();
        self.child.stderr.take().expect("its stderr").read_to_string(&mut log).expect("its log");
        assert!(self.child.wait().expect("its end").success(), "{log}");
        log
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        self.request("GET", path, "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.request("POST", path, &body.to_string())
    }

    fn request(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (address, length) = (&self.address, body.len());
        let mut stream = TcpStream::connect(address).expect("a connection");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("a request");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("a response");
        let (head, body) = response.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("a status"), serde_json::from_str(body).expect("JSON"))
    }
}

impl Drop for Bookshelf {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `bookshelf db …`, which has to end well. Returns what it prints.
pub(crate) fn db(url: &str, arguments: &[&str]) -> String {
    let output = program(url).arg("db").args(arguments).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The program with this database.
pub(crate) fn program(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bookshelf"));
    command.env("DATABASE_URL", url);
    command
}
