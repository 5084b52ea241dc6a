//! Entities with relations among their fields.

use super::check;

#[test]
fn the_form_with_relations_among_the_fields() {
    check(
        "mod user { use sea_orm::entity::prelude::*;
            #[sea_orm::model]
            #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"user\")]
            pub struct Model {
                #[sea_orm(primary_key)] pub id: i32,
                #[sea_orm(has_many)] pub posts: HasMany<super::post::Entity>,
                #[sea_orm(self_ref, relation_enum = \"Boss\", from = \"boss_id\", to = \"id\", on_delete = \"Restrict\")]
                pub boss: HasOne<Entity>,
                pub boss_id: Option<i32>,
                #[sea_orm(self_ref, via = \"follower\", from = \"Follower\", to = \"User\")]
                pub followers: HasMany<Entity>,
            }
         }
         mod post { use sea_orm::entity::prelude::*;
            #[sea_orm::model]
            #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"post\")]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)] pub user_id: i32,
                #[sea_orm(primary_key, auto_increment = false)] pub number: i32,
                #[sea_orm(belongs_to, from = \"user_id\", to = \"id\", fk_name = \"writer\")]
                pub author: BelongsTo<Option<super::user::Entity>>,
            }
         }
         mod note { use sea_orm::entity::prelude::*;
            #[sea_orm::model]
            #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"note\")]
            pub struct Model {
                #[sea_orm(primary_key)] pub id: Uuid,
                pub user_id: i32, pub number: i32,
                #[sea_orm(belongs_to, from = \"(user_id, number)\", to = \"(user_id, number)\")]
                pub post: BelongsTo<super::post::Entity>,
            }
         }",
        "
        note
          id: uuid sqlite \"uuid_text\"
          user_id: integer
          number: integer
          primary key unnamed (id)
          foreign key fk-note-user_id-number (user_id, number) to post (user_id, number)
        post
          user_id: integer
          number: integer
          primary key pk-post (user_id, number)
          foreign key writer (user_id) to user (id)
        user
          id: integer identity
          boss_id: integer null
          primary key unnamed (id)
          foreign key fk-user-boss_id (boss_id) to user (id) on delete restrict
        ",
    );
}

/// The words that documentation and older versions of SeaORM 2 have for `HasOne`, `BelongsTo` and `HasMany`.
#[test]
fn relations_that_are_options_and_lists() {
    check(
        "mod post { use sea_orm::entity::prelude::*;
            #[sea_orm::model]
            #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"post\")]
            pub struct Model {
                #[sea_orm(primary_key)] pub id: i32,
                pub words: Option<Vec<i32>>,
                #[sea_orm(has_many)] pub notes: Vec<super::note::Entity>,
                #[sea_orm(has_one)] pub picture: Option<super::picture::Entity>,
                #[sea_orm(self_ref, relation_enum = \"Next\", from = \"next_id\", to = \"id\")] pub next: Option<Entity>,
                pub next_id: Option<i32>,
            }
         }
         mod note { use sea_orm::entity::prelude::*;
            #[sea_orm::model]
            #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"note\")]
            pub struct Model {
                #[sea_orm(primary_key)] pub id: i32,
                pub post_id: Option<i32>,
                #[sea_orm(belongs_to, from = \"post_id\", to = \"id\", on_delete = \"Cascade\")]
                pub post: Option<super::post::Entity>,
            }
         }
         mod picture { use sea_orm::entity::prelude::*;
            #[sea_orm::model]
            #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"picture\")]
            pub struct Model {
                #[sea_orm(primary_key)] pub id: i32,
                #[sea_orm(unique)] pub post_id: i32,
                #[sea_orm(belongs_to, from = \"post_id\", to = \"id\")] pub post: Option<super::post::Entity>,
            }
         }",
        "
        note
          id: integer identity
          post_id: integer null
          primary key unnamed (id)
          foreign key fk-note-post_id (post_id) to post (id) on delete cascade
        picture
          id: integer identity
          post_id: integer
          primary key unnamed (id)
          unique unnamed (post_id)
          foreign key fk-picture-post_id (post_id) to post (id)
        post
          id: integer identity
          words: array(integer) null
          next_id: integer null
          primary key unnamed (id)
          foreign key fk-post-next_id (next_id) to post (id)
        ",
    );
}
