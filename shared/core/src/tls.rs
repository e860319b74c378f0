//! The cryptography of TLS: to Redis, to AWS, to the identity provider.

/// Has this process speak TLS by ring, whatever else is linked. Whoever connects calls it first; a second time
/// it does nothing.
///
/// The AWS SDK's default is aws-lc. It makes a program 1.2 MB larger, takes 25 ms before its first handshake to
/// gather randomness of its own (half of a cold click), and is a minute of C in each clean build. What it has
/// and ring has not is a key exchange against quantum computers (X25519MLKEM768).
pub fn install() {
    // Fails only where something is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
