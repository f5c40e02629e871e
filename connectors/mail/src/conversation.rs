//! The conversation with the server, step by step, so that it is known how far it came when it broke.

use std::future::Future;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use peygir_connector::{Fault, FaultKind};
use tokio::time::{Duration, Instant, timeout, timeout_at};

use crate::config::{Config, Security};
use crate::letter::Letter;
use crate::verdict::{Stage, overdue, verdict};

/// Time for the farewell; the message is delivered by then.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// Hands one message over. `Ok` means that the server has taken it.
pub(crate) async fn hold(config: &Config, letter: &Letter) -> Result<(), Fault> {
    let deadline = Instant::now() + config.timeout;
    let mut connection = open(config, deadline).await?;
    let outcome = hand_over(config, &mut connection, letter, deadline).await;
    let hears = !outcome.as_ref().is_err_and(|fault| matches!(fault.kind, FaultKind::Timeout | FaultKind::Unreachable));
    if hears {
        // Whether the farewell is heard changes nothing about the message.
        drop(timeout(QUIT_TIMEOUT, connection.abort()).await);
    }
    outcome
}

async fn open(config: &Config, deadline: Instant) -> Result<AsyncSmtpConnection, Fault> {
    let implicit = (config.security == Security::Implicit).then(|| config.tls.clone());
    let server = (config.host.as_str(), config.port);
    let connecting = AsyncSmtpConnection::connect_tokio1(server, Some(config.timeout), &config.hello, implicit, None);
    let mut connection = step(Stage::Connect, deadline, connecting).await?;
    let offered = connection.can_starttls();
    match config.security {
        Security::Starttls if !offered => {
            return Err(Fault::permanent(FaultKind::Configuration, "the mail server offers no STARTTLS"));
        }
        Security::Starttls | Security::Opportunistic if offered => {
            step(Stage::Encrypt, deadline, connection.starttls(config.tls.clone(), &config.hello)).await?;
        }
        _ => {}
    }
    Ok(connection)
}

async fn hand_over(
    config: &Config,
    connection: &mut AsyncSmtpConnection,
    letter: &Letter,
    deadline: Instant,
) -> Result<(), Fault> {
    if let Some(credentials) = &config.credentials {
        if config.security == Security::Opportunistic && !connection.is_encrypted() {
            return Err(Fault::permanent(
                FaultKind::Configuration,
                "the mail server offers no STARTTLS, and the password does not go out in clear",
            ));
        }
        step(Stage::Login, deadline, connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials)).await?;
    }
    step(Stage::Sender, deadline, connection.command(Mail::new(letter.envelope.from().cloned(), Vec::new()))).await?;
    for recipient in letter.envelope.to() {
        step(Stage::Recipient, deadline, connection.command(Rcpt::new(recipient.clone(), Vec::new()))).await?;
    }
    step(Stage::Data, deadline, connection.command(Data)).await?;
    step(Stage::Content, deadline, connection.message(&letter.bytes)).await?;
    Ok(())
}

async fn step<T>(stage: Stage, deadline: Instant, doing: impl Future<Output = Result<T, Error>>) -> Result<T, Fault> {
    match timeout_at(deadline, doing).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(verdict(stage, &error)),
        Err(_) => Err(overdue(stage)),
    }
}
