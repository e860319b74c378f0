//! What a box is told about itself and its surroundings.

use std::net::{IpAddr, SocketAddr};

use clap::Args;
use hotdesk::id::InstanceId;

use crate::plain::{PlainPath, WebUrl};

/// What both nginx and the agent know of their box.
#[derive(Clone, Debug, Args)]
pub struct Site {
    /// The box's instance id, the audience of its tickets
    #[arg(long, env = "HOTDESK_INSTANCE_ID")]
    pub instance: InstanceId,
    /// Where people go to get a workspace: the control plane's public address
    #[arg(long, env = "HOTDESK_HOME_URL")]
    pub home: WebUrl,
    /// The agent's own folder, closed to all others: the binding, the key of cookies, public keys,
    /// whether the box was drained; emptied at every boot
    #[arg(long, env = "HOTDESK_RUNTIME_DIR")]
    pub runtime: PlainPath,
    /// Unix socket on which the agent listens for nginx, in a folder that nginx's group may enter
    /// [default: agent.sock in the runtime folder]
    #[arg(long, env = "HOTDESK_AGENT_SOCKET")]
    pub agent_socket: Option<PlainPath>,
    /// Unix socket on which the editor listens
    #[arg(long, env = "HOTDESK_EDITOR_SOCKET")]
    pub editor_socket: PlainPath,
    /// nginx's folder: its process id, log and temporary folders, and the socket nginx.sock that
    /// answers the agent [default: the runtime folder]
    #[arg(long, env = "HOTDESK_NGINX_DIR")]
    pub nginx_dir: Option<PlainPath>,
    /// TLS, where browsers reach the box by https
    #[command(flatten)]
    pub tls: Option<Tls>,
}

impl Site {
    /// Where the agent listens for nginx.
    #[must_use]
    pub fn agent_socket(&self) -> PlainPath {
        self.agent_socket.clone().unwrap_or_else(|| self.runtime.join("agent.sock"))
    }

    /// Where nginx has its files.
    #[must_use]
    pub fn nginx_dir(&self) -> &PlainPath {
        self.nginx_dir.as_ref().unwrap_or(&self.runtime)
    }

    /// Where nginx answers the agent.
    #[must_use]
    pub fn nginx_socket(&self) -> PlainPath {
        self.nginx_dir().join("nginx.sock")
    }
}

/// The certificate that nginx shows. Cookies are `Secure` exactly where there is one.
#[derive(Clone, Debug, Args)]
#[group(requires_all = ["certificate", "key"])]
pub struct Tls {
    /// Certificate chain in PEM; without it the box is served by plain http
    #[arg(
        id = "certificate",
        long = "tls-certificate",
        env = "HOTDESK_TLS_CERTIFICATE",
        required = false
    )]
    pub certificate: PlainPath,
    /// Private key of the certificate in PEM
    #[arg(id = "key", long = "tls-key", env = "HOTDESK_TLS_KEY", required = false)]
    pub key: PlainPath,
}

/// What only nginx knows.
#[derive(Clone, Debug, Args)]
pub struct Front {
    /// Address and port that browsers reach
    #[arg(long, env = "HOTDESK_LISTEN")]
    pub listen: SocketAddr,
    /// Where heartbeats are forwarded to, with /ping after it
    #[arg(long, env = "HOTDESK_API_URL")]
    pub api: WebUrl,
    /// Seconds between two heartbeats of a visible tab
    #[arg(long, env = "HOTDESK_HEARTBEAT_SECONDS", default_value_t = 30,
          value_parser = clap::value_parser!(u32).range(1..=300))]
    pub heartbeat_seconds: u32,
    /// DNS server for the address of heartbeats, asked again as names expire; without one the
    /// name is looked up once
    #[arg(long, env = "HOTDESK_RESOLVER")]
    pub resolver: Option<IpAddr>,
    /// Unix socket of the system's log, which then has the access log [default: the file access.log in
    /// nginx's folder]
    #[arg(long, env = "HOTDESK_SYSLOG")]
    pub syslog: Option<PlainPath>,
}
