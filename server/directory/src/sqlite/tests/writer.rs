use std::sync::mpsc;
use std::time::Duration;

use super::*;
use crate::client::Abandoned;

#[test]
fn one_bad_change_harms_no_other_in_its_transaction() {
    let (_folder, directory, runtime) = fresh();
    let directory = Arc::new(directory);
    runtime.block_on(async {
        // While the writer is held up, everything else gets into one transaction.
        let release = hold_up(&directory).await;
        let mut changes = Vec::new();
        for client_id in ["a", "b", "a", "c"] {
            let directory = Arc::clone(&directory);
            changes.push(tokio::spawn(async move {
                carry_out(&directory, store_effect(client_id), Inquiry::default()).await
            }));
        }
        tokio::task::yield_now().await;
        release.send(()).expect("the writer waits");
        let mut results = Vec::new();
        for change in changes {
            results.push(change.await.expect("no change panics"));
        }
        assert_eq!(
            results,
            [Ok(()), Ok(()), Err(DirectoryError::ClientExists), Ok(())]
        );
    });
}

#[test]
fn what_is_not_decided_is_not_done() {
    let (_folder, directory, runtime) = fresh();
    let judge: Judge = Arc::new(|_| Err(Abandoned));
    let undecided = runtime.block_on(directory.decide(Inquiry::default(), judge));
    assert!(matches!(undecided, Err(DecideError::Abandoned)));
    runtime
        .block_on(carry_out(&directory, store_effect("a"), Inquiry::default()))
        .expect("it goes on");
}

#[test]
fn a_full_queue_says_so_and_what_nobody_waits_for_is_not_done() {
    let (_folder, directory, runtime) = fresh();
    let directory = Arc::new(directory);
    runtime.block_on(async {
        let release = hold_up(&directory).await;
        let mut waiting = Vec::new();
        let refused = loop {
            assert!(waiting.len() < 100_000, "the queue is bounded");
            let client_id = waiting.len().to_string();
            let directory = Arc::clone(&directory);
            let change = tokio::spawn(async move {
                carry_out(&directory, store_effect(&client_id), Inquiry::default()).await
            });
            tokio::task::yield_now().await;
            if change.is_finished() {
                break change.await.expect("no change panics");
            }
            waiting.push(change);
        };
        assert_eq!(refused, Err(DirectoryError::Busy));

        let kept = waiting.remove(0);
        for change in &waiting {
            change.abort();
        }
        for change in waiting {
            assert!(change.await.is_err_and(|error| error.is_cancelled()));
        }
        release.send(()).expect("the writer waits");
        assert_eq!(kept.await.expect("no change panics"), Ok(()));
        directory.check().await.expect("it works again");
        assert_eq!(usage(&directory).await.total_clients, Some(1));
    });
}

#[test]
fn what_was_queued_before_the_end_is_done_and_nothing_after_it() {
    let (folder, directory, runtime) = fresh();
    let (stored, ()) = runtime.block_on(async {
        tokio::join!(
            carry_out(&directory, store_effect("a"), Inquiry::default()),
            directory.close()
        )
    });
    assert_eq!(stored, Ok(()));
    assert!(matches!(
        runtime.block_on(carry_out(&directory, store_effect("b"), Inquiry::default())),
        Err(DirectoryError::Failed(_))
    ));
    let again = Sqlite::open(&folder.path().join("gatepost.db")).expect("it opens again");
    assert_eq!(runtime.block_on(usage(&again)).total_clients, Some(1));
}

/// Keeps the writer busy until it is released.
async fn hold_up(directory: &Arc<Sqlite>) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel();
    let (begin, begun) = mpsc::channel();
    let directory = Arc::clone(directory);
    tokio::spawn(async move {
        directory
            .write(move |_| {
                begin.send(()).expect("the test waits");
                released
                    .recv_timeout(Duration::from_secs(60))
                    .expect("the test releases it");
                Ok(())
            })
            .await
    });
    tokio::task::yield_now().await;
    begun
        .recv_timeout(Duration::from_secs(60))
        .expect("the writer begins");
    release
}
