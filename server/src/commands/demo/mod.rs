//! `gatepost-server demo`: the life of a mail client, told with real requests to a real server.
//!
//! The server is this program, started on a free port. What a browser would do, signing in and
//! agreeing, is done here.

mod asked;
mod exchange;
mod expect;
mod flow;
mod form;
mod http;
mod registration;
mod server;
mod show;
mod story;

use std::error::Error;
use std::path::Path;

use self::server::Server;
use self::story::Story;

/// Tells the story on a data folder, or on one that is gone afterwards.
pub async fn run(data: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let server = Server::start(data).await?;
    let told = tell(&server).await;
    server.stop().await?;
    told
}

async fn tell(server: &Server) -> Result<(), Box<dyn Error>> {
    let mut story = Story::new(server);
    let endpoints = story.discover().await?;
    story.mistakes_at_registration(&endpoints).await?;
    let registered = story.register(&endpoints).await?;
    story.mistakes_at_the_door(&endpoints, &registered).await?;
    let code = story.sign_in(&endpoints, &registered).await?;
    let tokens = story.tokens(&endpoints, &registered, code).await?;
    let tokens = story
        .use_and_refresh(&endpoints, &registered, tokens)
        .await?;
    story.leave(&endpoints, &registered, &tokens).await?;
    story.stolen(&endpoints).await?;
    show::outcome("All of it went as it should.");
    Ok(())
}
