//! An address behind which servers come and go, as a load balancer or a virtual address has it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Passes connections on to servers in turn. It ends with the process of the test.
#[derive(Debug)]
pub struct Relay {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The addresses of the servers.
    servers: Mutex<Vec<String>>,
    next: AtomicUsize,
    open: Mutex<Vec<TcpStream>>,
}

impl Relay {
    /// Listens for connections to servers at these ports of this machine.
    ///
    /// # Panics
    /// Where no port is free.
    #[must_use]
    pub fn start(servers: &[u16]) -> Relay {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        Relay { port, shared: Shared::start(listener, addresses(servers)) }
    }

    /// Ends all connections, and passes new ones on to these servers.
    pub fn redirect(&self, servers: &[u16]) {
        *lock(&self.shared.servers) = addresses(servers);
        self.shared.next.store(0, Ordering::Relaxed);
        for connection in lock(&self.shared.open).drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// The port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Passes every connection to `listener` on to the server at `to`, until the process ends.
///
/// # Panics
/// Where the listener has no address.
pub fn relay(listener: TcpListener, to: &str) -> SocketAddr {
    let address = listener.local_addr().expect("an address");
    Shared::start(listener, vec![to.to_owned()]);
    address
}

/// The address of a PostgreSQL at `to` that does as a server with a single session does (PGlite): while one connection has a
/// transaction, nothing that others send is answered.
///
/// # Panics
/// Where no port is free.
#[must_use]
pub fn single_session(to: &str) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    let (to, session) = (to.to_owned(), Arc::new(Session::default()));
    std::thread::spawn(move || {
        for (client, number) in listener.incoming().flatten().zip(1..) {
            let Ok(server) = TcpStream::connect(&to) else { continue };
            let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else {
                continue;
            };
            let (asking, answering) = (Arc::clone(&session), Arc::clone(&session));
            std::thread::spawn(move || pass(from_client, server, || asking.wait(number)));
            std::thread::spawn(move || {
                pass_answers(from_server, client, |in_transaction| answering.set(number, in_transaction));
                answering.set(number, false);
            });
        }
    });
    address
}

/// Which connection has a transaction.
#[derive(Debug, Default)]
struct Session {
    holder: Mutex<Option<usize>>,
    changed: Condvar,
}

impl Session {
    /// Until no other connection has a transaction.
    fn wait(&self, number: usize) {
        let is_taken = |holder: &mut Option<usize>| holder.is_some_and(|holder| holder != number);
        drop(self.changed.wait_while(lock(&self.holder), is_taken));
    }

    fn set(&self, number: usize, in_transaction: bool) {
        let mut holder = lock(&self.holder);
        if in_transaction {
            *holder = Some(number);
        } else if *holder == Some(number) {
            *holder = None;
            self.changed.notify_all();
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, before: impl Fn()) {
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        before();
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// `ReadyForQuery` ends each answer, and says whether there is a transaction
/// (<https://www.postgresql.org/docs/current/protocol-message-formats.html>).
fn pass_answers(mut from: TcpStream, mut to: TcpStream, transaction: impl Fn(bool)) {
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if let [.., b'Z', 0, 0, 0, 5, status] = buffer[..count] {
            transaction(status != b'I');
        }
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

fn addresses(ports: &[u16]) -> Vec<String> {
    ports.iter().map(|port| format!("127.0.0.1:{port}")).collect()
}

impl Shared {
    fn start(listener: TcpListener, servers: Vec<String>) -> Arc<Shared> {
        let shared = Arc::new(Shared { servers: Mutex::new(servers), ..Shared::default() });
        let passing = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A server that does not answer: the client sees its connection end.
                let _ = passing.pass_on(client);
            }
        });
        shared
    }

    fn pass_on(&self, client: TcpStream) -> io::Result<()> {
        let address = {
            let servers = lock(&self.servers);
            servers[self.next.fetch_add(1, Ordering::Relaxed) % servers.len()].clone()
        };
        let server = TcpStream::connect(address)?;
        lock(&self.open).extend([client.try_clone()?, server.try_clone()?]);
        for (mut from, mut to) in [(client.try_clone()?, server.try_clone()?), (server, client)] {
            std::thread::spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
        Ok(())
    }
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
