//! A TCP relay before a server: at another address, or from a later time on.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};

/// Relays every connection to `listener` to the server at `to`, until the process ends.
///
/// # Panics
/// Where the listener has no address.
pub fn relay(listener: TcpListener, to: &str) -> SocketAddr {
    let address = listener.local_addr().expect("an address");
    let to = to.to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (Ok(client), Ok(server)) = (client, TcpStream::connect(&to)) else { continue };
            let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else {
                continue;
            };
            std::thread::spawn(move || copy(from_client, server));
            std::thread::spawn(move || copy(from_server, client));
        }
    });
    address
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
