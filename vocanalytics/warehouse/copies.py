"""Flag what was sent more than once: duplicates and copy-paste spam."""

from __future__ import annotations

from vocanalytics.warehouse.connection import Connection, transaction

# Two customers write "Great service" on their own; nobody writes the same eight words by chance.
COPY_WORDS = 8
SPAM_WORDS = 12
SPAM_TIMES = 3

_WANTED = f"""
    with texts as (
        select
            items.item_id, items.text_digest, items.word_count, submissions.source, submissions.customer_id,
            row_number() over same_text as nth, first_value(items.item_id) over same_text as first_item,
            count(*) over (partition by submissions.source, items.text_digest) as times,
            row_number() over same_hand as nth_by_customer,
            first_value(items.item_id) over same_hand as first_by_customer
        from feedback_items as items inner join submissions using (submission_id)
        where items.content = 'text'
        window
            same_text as (partition by submissions.source, items.text_digest
                          order by submissions.submitted_on, submissions.submitted_at, items.item_id),
            same_hand as (partition by submissions.source, items.text_digest, items.question_id,
                          submissions.customer_id, submissions.submitted_on
                          order by submissions.submitted_at, items.item_id)
    )
    select
        item_id,
        case
            when word_count >= {COPY_WORDS} and nth > 1 then first_item
            when customer_id is not null and nth_by_customer > 1 then first_by_customer
        end as duplicate_of,
        word_count >= {SPAM_WORDS} and times >= {SPAM_TIMES} as is_spam
    from texts
"""


def flag_copies(con: Connection) -> int:
    """Set ``duplicate_of`` and ``is_spam`` on items; returns how many rows changed.

    A text of at least 8 words that stands in the same source already is a duplicate, as is any text
    the same customer sends twice on a day. From 12 words and three times on, every one of them is spam.
    """
    with transaction(con):
        con.execute(f"""
            create or replace temp table wanted as
            select wanted.* from ({_WANTED}) as wanted inner join feedback_items as items using (item_id)
            where items.duplicate_of is distinct from wanted.duplicate_of or items.is_spam != wanted.is_spam
        """)
        changed: int = con.execute("select count(*) from wanted").fetchall()[0][0]
        if changed:
            con.execute("""
                update feedback_items set duplicate_of = wanted.duplicate_of, is_spam = wanted.is_spam
                from wanted where wanted.item_id = feedback_items.item_id
            """)
        con.execute("drop table wanted")
    return changed
