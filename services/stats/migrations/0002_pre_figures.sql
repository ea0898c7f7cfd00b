-- The national totals told to dashboards, each as it stands: `ends` is the last day of its period, `known` the latest instant counted.
create table figure (
    measure text not null,
    period text not null,
    ends date not null,
    value bigint not null,
    known timestamptz not null,
    final boolean not null,
    primary key (measure, period)
);

-- What the ledger holds already. None of it was told yet: each is told when it moves next, or is found to have ended.
with counted as (
    select measure, day, known, amount from movement where measure in ('created', 'transferred', 'closed')
    union all
    select 'checks-opened', day, known, amount from movement where measure = 'check-opened'
    union all
    select 'checks-rule-b', day, known, amount from movement where measure = 'report-sent'
    union all
    select 'checks-rule-a', day, known, amount from movement
    where measure = 'report-sent' and date_trunc('month', opened_day) = date_trunc('month', day)
    union all
    select 'checks-published', day, known, amount from movement
    where measure = 'report-sent' and (day >= '2021-07-01' or date_trunc('month', opened_day) = date_trunc('month', day))
), dated as (
    select measure, known, amount, date_trunc('month', day)::date as month,
        (date_trunc('year', day - interval '3 months') + interval '3 months')::date as year
    from counted
), placed as (
    select measure, to_char(month, 'YYYY-MM') as period, (month + interval '1 month - 1 day')::date as ends, known, amount
    from dated where month between '2012-01-01' and '2099-12-31'
    union all
    select measure, to_char(year, 'YYYY-') || to_char(year + interval '1 year', 'YY'), (year + interval '1 year - 1 day')::date, known, amount
    from dated where year between '2012-01-01' and '2099-12-31' and measure <> 'checks-published'
)
insert into figure (measure, period, ends, value, known, final)
select measure, period, ends, sum(amount), max(known), false from placed group by measure, period, ends;
