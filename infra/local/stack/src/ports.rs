//! Which port is whose, and whether it is free.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

/// The API: `cargo lambda watch` in the place of API Gateway.
pub const API: u16 = 9000;
/// This version's functions, where an older one runs beside it.
pub const NEW: u16 = 9005;
/// Lambda's runtime API, where functions are started again when they die.
pub const RUNTIME: u16 = 9005;
/// The older one's.
pub const OLDER: u16 = 9006;
/// The identity provider.
pub const IDENTITY: u16 = 9001;
/// The simulator of EC2 and Auto Scaling.
pub const SIMULATOR: u16 = 9002;
/// moto: DynamoDB and its streams.
pub const MOTO: u16 = 9003;
/// Redis.
pub const REDIS: u16 = 9004;
/// nginx of each box, on its public address.
pub const BOX: u16 = 8080;
/// The agent's probe of each box, on its private address.
pub const PROBE: u16 = 8081;

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// A port that we need and somebody has.
#[derive(Debug, thiserror::Error)]
#[error("port {} of {} is taken: it is needed for {part}", .address.port(), .address.ip())]
pub struct Taken {
    /// Where.
    pub address: SocketAddr,
    /// What we need it for.
    pub part: &'static str,
    #[source]
    source: std::io::Error,
}

/// Whether this machine has the address `::1`. Browsers and cargo-lambda try it for `localhost`.
#[must_use]
pub fn has_ipv6() -> bool {
    TcpListener::bind((V6, 0)).is_ok()
}

/// Checks that all of them are free.
///
/// # Errors
/// The first that is not.
pub fn check() -> Result<(), Taken> {
    let mut needed = vec![
        (V4, API, "the API"),
        (V4, IDENTITY, "the identity provider"),
        (V4, SIMULATOR, "the simulator"),
        (V4, MOTO, "DynamoDB"),
        (V4, REDIS, "Redis"),
        // Somebody listening on all addresses has those of the boxes too.
        (IpAddr::V4(Ipv4Addr::new(127, 1, 0, 1)), BOX, "the boxes"),
        (IpAddr::V4(Ipv4Addr::new(127, 2, 0, 1)), PROBE, "the boxes"),
    ];
    if has_ipv6() {
        needed.extend([(V6, API, "the API"), (V6, IDENTITY, "the identity provider")]);
    }
    first_taken(&needed).map_or(Ok(()), Err)
}

fn first_taken(needed: &[(IpAddr, u16, &'static str)]) -> Option<Taken> {
    needed.iter().find_map(|&(ip, port, part)| {
        let address = SocketAddr::new(ip, port);
        TcpListener::bind(address).err().map(|source| Taken { address, part, source })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named() {
        let somebody = TcpListener::bind((V4, 0)).unwrap();
        let port = somebody.local_addr().unwrap().port();

        let taken = first_taken(&[(V4, 0, "nothing"), (V4, port, "the API")]).unwrap();

        let expected = format!("port {port} of 127.0.0.1 is taken: it is needed for the API");
        assert_eq!(taken.to_string(), expected);
        drop(somebody);
        assert!(first_taken(&[(V4, port, "the API")]).is_none());
    }
}
