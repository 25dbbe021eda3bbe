//! A directory with many clients.

use rusqlite::Connection;

use super::browser::demo_password;
use super::{Host, NATIVE};

/// A host with so many clients, and the password of its first account. A third of the clients were registered by
/// strangers, a fifth were used, a seventh wait for approval, and their names are numbers in no order.
pub fn host(clients: u32) -> (Host, String) {
    let host = Host::start("");
    let password = demo_password(&host);
    if clients == 0 {
        return (host, password);
    }
    let key = host.first_key("registration").to_owned();
    let client_id = host.register_with_key(&key, NATIVE).client_id();
    let folder = host.kill();
    let store = Connection::open(folder.data().join("gatepost.db")).expect("it can be opened");
    store
        .execute(
            "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?2)
             INSERT INTO oauth_client (client_id, record, api_key_id, network, anonymous, created_at,
                                       changed_at, last_used_at)
             SELECT printf('gpc_%06d', n),
                    json_set(record, '$.client_id', printf('gpc_%06d', n),
                             '$.registered_by.by', iif(n % 3 = 0, 'stranger', 'key'),
                             '$.metadata.client_name', printf('Mail %d', (n * 7919) % ?2),
                             iif(n % 7 = 1, '$.waiting_since', '$.issued_at'), created_at),
                    iif(n % 3 = 0, NULL, api_key_id), network, n % 3 = 0, created_at - n, changed_at,
                    iif(n % 5 = 0, created_at - n, NULL)
             FROM oauth_client, number WHERE client_id = ?1 AND n <= ?2",
            (&client_id, clients - 1),
        )
        .expect("they are stored");
    drop(store);
    (Host::start_in(folder, "", &[]), password)
}
