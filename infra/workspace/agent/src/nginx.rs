//! The configuration of the box's nginx.

use askama::Template;

use crate::{
    cookie::Cookies,
    plain::{PlainPath, WebUrl},
    site::{Front, Site, Tls},
};

#[derive(Template)]
#[template(path = "nginx.conf", escape = "none")]
struct Config<'a> {
    dir: &'a PlainPath,
    agent_socket: PlainPath,
    nginx_socket: PlainPath,
    editor_socket: &'a PlainPath,
    tls: Option<&'a Tls>,
    listen: String,
    api: &'a WebUrl,
    resolver: Option<String>,
    syslog: Option<&'a PlainPath>,
    instance: &'a str,
    home: &'a WebUrl,
    heartbeat_seconds: u32,
    seat_cookie: &'a str,
    cookie_attributes: &'a str,
}

/// The configuration for that box, for `nginx -p <its folder> -c <file>`. Nothing in it is
/// escaped: [`crate::plain`] lets nothing in that would need it.
///
/// # Errors
/// As the template engine has them.
pub fn render(site: &Site, front: &Front) -> Result<String, askama::Error> {
    let cookies = Cookies { https: site.tls.is_some() };
    let resolver = front.resolver.map(|ip| match ip {
        std::net::IpAddr::V4(ip) => ip.to_string(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
    });
    Config {
        dir: site.nginx_dir(),
        agent_socket: site.agent_socket(),
        nginx_socket: site.nginx_socket(),
        editor_socket: &site.editor_socket,
        tls: site.tls.as_ref(),
        listen: front.listen.to_string(),
        api: &front.api,
        resolver,
        syslog: front.syslog.as_ref(),
        instance: site.instance.as_str(),
        home: &site.home,
        heartbeat_seconds: front.heartbeat_seconds,
        seat_cookie: cookies.seat_name(),
        cookie_attributes: cookies.attributes(),
    }
    .render()
}
