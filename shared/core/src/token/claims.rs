//! What each kind of token says. Times are whole seconds since 1970 (RFC 7519, NumericDate).

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId, VolumeId},
};

/// How long a ticket lives: long enough for one redirect on a slow line.
pub const TICKET_LIFETIME: Duration = Duration::from_secs(60);

/// How long an order to a box may be on its way.
pub const ORDER_LIFETIME: Duration = Duration::from_secs(30);

/// The least that a seat token lives. It lives longer where the idle time is longer, so that
/// whoever comes back before the reaper can still ping.
pub const SEAT_TOKEN_MIN: Duration = Duration::from_secs(15 * 60);

/// What every token has: whom it is for and until when.
pub trait Claims: Serialize + DeserializeOwned {
    /// The audience, claim `aud`.
    fn audience(&self) -> &str;
    /// The end, claim `exp`: seconds since 1970; from then on the token is refused.
    fn expires(&self) -> u64;
}

macro_rules! claims {
    ($name:ident) => {
        impl Claims for $name {
            fn audience(&self) -> &str {
                &self.aud
            }

            fn expires(&self) -> u64 {
                self.exp
            }
        }
    };
}

/// Who somebody is, as the identity provider said: the cookie of the API.
///
/// A session lasts from [`SessionClaims::began`] to [`SessionClaims::ends`]; a token of it lives
/// shorter, and is renewed with answers of the API until then. So a browser that comes back the
/// next day asks the provider again, and a key may be retired soon after its last use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionClaims {
    /// Always [`SessionClaims::AUDIENCE`].
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The identity provider's issuer; with `idp_subject` it tells two people of one name apart.
    pub idp_issuer: String,
    /// The identity provider's subject.
    pub idp_subject: String,
    /// Whether the user may end other people's sessions.
    #[serde(default)]
    pub operator: bool,
    /// When the user signed in, seconds since 1970: a revocation after that ends the session.
    pub began: u64,
    /// When the session ends, absolutely, seconds since 1970.
    pub ends: u64,
    /// Signed at.
    pub iat: u64,
    /// Ends at: never after `ends`.
    pub exp: u64,
}

impl SessionClaims {
    /// The audience of sessions.
    pub const AUDIENCE: &'static str = "session";

    /// A session of `sub` that begins now and lasts for `lasts`; this token of it for `token`.
    #[must_use]
    pub fn new(
        sub: UserId,
        (idp_issuer, idp_subject): (String, String),
        operator: bool,
        now: Ms,
        (token, lasts): (Duration, Duration),
    ) -> Self {
        let began = now.seconds();
        let ends = began + lasts.as_secs();
        let aud = Self::AUDIENCE.to_owned();
        let exp = ends.min(began + token.as_secs());
        Self { aud, sub, idp_issuer, idp_subject, operator, began, ends, iat: began, exp }
    }

    /// The next token of this session, once half of this one's life is over; `None` before that,
    /// and where the session itself ends with this token.
    #[must_use]
    pub fn renewed(&self, now: Ms) -> Option<Self> {
        let (now, life) = (now.seconds(), self.exp.saturating_sub(self.iat));
        if now < self.iat + life / 2 || self.exp >= self.ends {
            return None;
        }
        Some(Self { iat: now, exp: self.ends.min(now + life), ..self.clone() })
    }
}

/// The right to open one box once. Its audience is the instance's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketClaims {
    /// The instance's id.
    pub aud: String,
    /// The user whose box it is.
    pub sub: UserId,
    /// The seat's epoch.
    pub epoch: Epoch,
    /// The session's end, seconds since 1970: the box's own cookie ends no later.
    pub session_exp: u64,
    /// A [`SeatClaims`] token for the heartbeat; opaque to the agent.
    pub seat_token: String,
    /// Unlike any other ticket's, so that an agent takes each only once.
    pub jti: String,
    /// Signed at; an agent refuses a ticket older than its boot.
    pub iat: u64,
    /// Ends at.
    pub exp: u64,
}

/// The right to note heartbeats for one seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatClaims {
    /// Always [`SeatClaims::AUDIENCE`].
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The box.
    pub instance: InstanceId,
    /// The seat's epoch.
    pub epoch: Epoch,
    /// Signed at.
    pub iat: u64,
    /// Ends at.
    pub exp: u64,
}

impl SeatClaims {
    /// The audience of seat tokens.
    pub const AUDIENCE: &'static str = "ping";

    /// A token for that seat, from `now` for `lifetime`.
    #[must_use]
    pub fn new(
        sub: UserId,
        instance: InstanceId,
        epoch: Epoch,
        now: Ms,
        lifetime: Duration,
    ) -> Self {
        let iat = now.seconds();
        let exp = iat + lifetime.as_secs();
        Self { aud: Self::AUDIENCE.to_owned(), sub, instance, epoch, iat, exp }
    }

    /// Whether half of its life is over: time to renew it.
    #[must_use]
    pub fn wants_renewal(&self, now: Ms) -> bool {
        now.seconds() >= self.iat + self.exp.saturating_sub(self.iat) / 2
    }
}

/// An order of the control plane to the agent of a box: nobody is let in any more, and who is in
/// is put out, until the box boots anew. Given only to a box whose seat is ending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrainClaims {
    /// [`DrainClaims::audience_of`] the box.
    pub aud: String,
    /// Signed at; an agent refuses an order older than its boot.
    pub iat: u64,
    /// Ends at: before the box can be another user's, which takes it longer than [`crate::store::REST`].
    pub exp: u64,
}

impl DrainClaims {
    /// An order to that box.
    #[must_use]
    pub fn new(instance: &InstanceId, now: Ms) -> Self {
        let iat = now.seconds();
        Self { aud: Self::audience_of(instance), iat, exp: iat + ORDER_LIFETIME.as_secs() }
    }

    /// The audience of orders to that box: not that of its tickets.
    #[must_use]
    pub fn audience_of(instance: &InstanceId) -> String {
        format!("drain:{instance}")
    }
}

/// An order of the control plane to the agent of a box: that volume is the home of the box's user, and
/// is to be opened. Given to the box of an open seat, again and again until it says how that went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeClaims {
    /// [`HomeClaims::audience_of`] the box.
    pub aud: String,
    /// The user whose box it is.
    pub sub: UserId,
    /// The seat's epoch.
    pub epoch: Epoch,
    /// The volume.
    pub volume: VolumeId,
    /// Its size, GiB: the file system grows to it.
    pub size: u32,
    /// Nobody had it mounted yet: if it is blank, a file system is made.
    #[serde(default)]
    pub new: bool,
    /// Of what time the files are, if newer ones were lost or somebody restored them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files_of: Option<Ms>,
    /// Signed at; an agent refuses an order older than its boot.
    pub iat: u64,
    /// Ends at.
    pub exp: u64,
}

impl HomeClaims {
    /// The audience of orders to that box: not that of its tickets.
    #[must_use]
    pub fn audience_of(instance: &InstanceId) -> String {
        format!("home:{instance}")
    }
}

claims!(SessionClaims);
claims!(TicketClaims);
claims!(SeatClaims);
claims!(DrainClaims);
claims!(HomeClaims);
