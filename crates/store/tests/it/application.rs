//! Applications as rows.

use domain::application::Callback;
use domain::{Application, ApplicationId, Duration, Scope};
use store::{StoreError, application};

use crate::database::both;
use crate::samples::{NOW, after, done, refused, seed};

/// An application with nothing that may be left out.
pub(crate) fn sample(number: u64) -> Application {
    Application {
        id: ApplicationId::new(seed(number)),
        name: "Касса «Альфа»".to_owned(),
        description: Some("Выставляет счета".to_owned()),
        site: Some("https://partner.example".to_owned()),
        callback: Callback::Address("https://partner.example/back?a=1".to_owned()),
        scopes: Scope::ALL.to_vec(),
        secret_hash: [7; 32],
        created_at: NOW.plus(Duration::seconds(i64::try_from(number).unwrap())),
        deleted_at: None,
        version: 1,
    }
}

#[tokio::test]
async fn an_application_comes_back_as_it_was_stored() {
    both(|store, _| async move {
        let bare = Application {
            description: None,
            site: None,
            callback: Callback::Shown,
            scopes: vec![Scope::GetFees],
            deleted_at: Some(after(9)),
            ..sample(2)
        };
        for added in [bare.clone(), sample(1)] {
            done(&store, move |tx| application::insert(tx, &added)).await;
        }
        let listed = store.read(application::list).await;
        assert_eq!(listed.unwrap(), [sample(1), bare]);
        let unknown = sample(3).id;
        let found = store.read(move |conn| application::find(conn, unknown));
        assert_eq!(found.await.unwrap(), None);
        let error = refused(&store, |tx| application::insert(tx, &sample(1))).await;
        assert!(
            matches!(error, StoreError::Duplicate { constraint } if constraint == "application_pk")
        );
    })
    .await;
}

#[tokio::test]
async fn only_the_newest_version_of_an_application_is_changed() {
    both(|store, _| async move {
        done(&store, |tx| application::insert(tx, &sample(1))).await;
        let next = Application {
            secret_hash: [8; 32],
            deleted_at: Some(after(5)),
            ..sample(1)
        };
        let stored = next.clone();
        done(&store, move |tx| application::update(tx, &stored)).await;
        let stale = next.clone();
        let error = refused(&store, move |tx| application::update(tx, &stale)).await;
        assert!(matches!(error, StoreError::Conflict));
        let id = next.id;
        let found = store.read(move |conn| application::find(conn, id)).await;
        assert_eq!(found.unwrap(), Some(Application { version: 2, ..next }));
    })
    .await;
}
