//! `localhost` is two addresses, and who listens on one only is not found by everybody.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr},
};

use tokio::net::{TcpListener, TcpStream};

use crate::ports;

/// Passes on what comes to the port at `::1` to the same port at 127.0.0.1, where cargo-lambda
/// listens: it takes one address only, and its own `invoke` command uses the other. Its default,
/// all addresses, would let the neighbours invoke functions.
///
/// # Errors
/// The port is taken.
pub async fn forward(port: u16) -> io::Result<()> {
    if !ports::has_ipv6() {
        return Ok(());
    }
    let listener = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await?;
    tokio::spawn(async move {
        loop {
            let Ok((mut from, _)) = listener.accept().await else { continue };
            tokio::spawn(async move {
                if let Ok(mut to) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
                    let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                }
            });
        }
    });
    Ok(())
}
