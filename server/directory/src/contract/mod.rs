//! What every directory has to do, whatever it is kept in.

mod authority;
mod bounds;
mod browsers;
mod clients;
mod devices;
mod given;
mod grants;
mod principals;
mod rotation;
mod sign_ins;

use crate::directory::Directory;

pub(crate) use self::clients::{EARLIER, earlier_ones_have_their_states};
pub(crate) use self::given::{accepting, stored};
pub(crate) use self::rotation::{every_order, mistakes_are_found};

/// All of it, on a directory that is empty.
pub(crate) async fn holds(directory: &dyn Directory) {
    principals::accounts(directory).await;
    principals::keys(directory).await;
    authority::a_key_allows_what_its_owner_may_do_now(directory).await;
    authority::a_key_ends_with_the_one_that_it_was_made_with(directory).await;
    clients::search(directory).await;
    clients::a_list(directory).await;
    clients::how_many(directory).await;
    clients::a_record_that_is_damaged(directory).await;
    clients::a_crowd(directory).await;
    clients::registrations_are_counted_by_network(directory).await;
    clients::who_gives_way(directory).await;
    clients::a_client_outlives_whoever_registered_it(directory).await;
    grants::a_code_is_good_for_one_use(directory).await;
    grants::a_thief_and_a_client_at_once(directory).await;
    grants::an_answer_that_was_lost(directory).await;
    grants::once_more_at_once(directory).await;
    rotation::every_order(directory, 3).await;
    grants::a_code_is_issued_once(directory).await;
    grants::a_grant_ends_with_its_client_and_its_account(directory).await;
    clients::what_became_of_a_client(directory).await;
    devices::devices(directory).await;
    devices::only_so_many_devices_wait(directory).await;
    browsers::sessions(directory).await;
    browsers::only_so_many_sessions(directory).await;
    bounds::grants(directory).await;
    bounds::tokens_of_a_grant(directory).await;
    browsers::assertions(directory).await;
    sign_ins::wrong_guesses(directory).await;
    sign_ins::known_places(directory).await;
    grants::what_is_over_is_forgotten(directory).await;
}
