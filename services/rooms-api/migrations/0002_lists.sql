-- What a chat list costs: the same for a user of ten rooms and of a million, whatever the filter.

-- A shelf is what the filters of the list can tell apart: the order's status, and whether something is unread. Rooms lie
-- on theirs in the list's order, so that any filter is a walk along a few shelves. Generated: no writer can forget it.
alter table rooms.rooms
  add column customer_shelf smallint not null generated always as (
    case order_status when 'new' then 2 when 'active' then 4 when 'completed' then 6 else 0 end
      + case when customer_unread > 0 then 1 else 0 end) stored,
  add column farmer_shelf smallint not null generated always as (
    case order_status when 'new' then 2 when 'active' then 4 when 'completed' then 6 else 0 end
      + case when farmer_unread > 0 then 1 else 0 end) stored;
--> statement-breakpoint
create index shelves_of_customer on rooms.rooms (customer_id, customer_shelf, activity_at desc, room_id desc);
--> statement-breakpoint
create index shelves_of_farmer on rooms.rooms (farmer_id, farmer_shelf, activity_at desc, room_id desc);
--> statement-breakpoint
drop index rooms.rooms_of_customer;
--> statement-breakpoint
drop index rooms.rooms_of_farmer;
--> statement-breakpoint
drop index rooms.unread_of_customer;
--> statement-breakpoint
drop index rooms.unread_of_farmer;
--> statement-breakpoint
-- The room of a (customer, farmer, product), as before, with the user behind: in front it looks to the planner like a way
-- to a customer's list, and it is one through all of their rooms.
create unique index room_of_order on rooms.rooms (product_id, customer_id, farmer_id);
--> statement-breakpoint
alter table rooms.rooms drop constraint rooms_customer_id_farmer_id_product_id_key;
--> statement-breakpoint
-- What is unread for a user over all rooms, in both roles. Half-full pages keep its updates on their page (HOT).
create table rooms.unread_totals (
  user_id text primary key,
  total bigint not null
) with (fillfactor = 50);
--> statement-breakpoint
-- Moved by whatever moves a room's counts, in the same transaction and under the locks of those rooms' rows: it equals
-- their sum, always. It comes last in its statement, users in one order: nobody who holds a total waits for a room.
create function rooms.move_unread_totals() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into rooms.unread_totals as t (user_id, total)
    select user_id, sum(n) from (
      select customer_id, customer_unread from after union all select farmer_id, farmer_unread from after
    ) as moved (user_id, n)
    group by user_id having sum(n) <> 0 order by user_id
    on conflict (user_id) do update set total = t.total + excluded.total;
  else
    insert into rooms.unread_totals as t (user_id, total)
    select user_id, sum(n) from (
      select customer_id, customer_unread from after union all select farmer_id, farmer_unread from after
      union all select customer_id, -customer_unread from before union all select farmer_id, -farmer_unread from before
    ) as moved (user_id, n)
    group by user_id having sum(n) <> 0 order by user_id
    on conflict (user_id) do update set total = t.total + excluded.total;
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger unread_of_new_rooms after insert on rooms.rooms
  referencing new table as after for each statement execute function rooms.move_unread_totals();
--> statement-breakpoint
create trigger unread_of_rooms after update on rooms.rooms
  referencing old table as before new table as after for each statement execute function rooms.move_unread_totals();
--> statement-breakpoint
insert into rooms.unread_totals (user_id, total)
select user_id, sum(n) from (
  select customer_id, customer_unread from rooms.rooms union all select farmer_id, farmer_unread from rooms.rooms
) as unread (user_id, n)
group by user_id having sum(n) > 0;
