-- Figures that are plain arithmetic, defined once. Shares go in as 0 to 1, n may be an effective n.
-- vocanalytics/statistics has the same formulas for arrays, with sources; a test holds the two to each other.

create temp macro z_95() as 1.959963984540054;

-- not least and greatest: those skip a null, and would make up a bound where there is none
create temp macro at_least(x, low) as case when x < low then low else x end;

create temp macro at_most(x, high) as case when x > high then high else x end;

create temp macro as_pct(share) as round(100.0 * share, 2);

create temp macro wilson_low(share, n) as
    case when n > 0 then at_least((
        share + z_95() ^ 2 / (2 * n) - z_95() * sqrt(at_least(share * (1 - share), 0.0) / n + z_95() ^ 2 / (4 * n ^ 2))
    ) / (1 + z_95() ^ 2 / n), 0.0) end;

create temp macro wilson_high(share, n) as
    case when n > 0 then at_most((
        share + z_95() ^ 2 / (2 * n) + z_95() * sqrt(at_least(share * (1 - share), 0.0) / n + z_95() ^ 2 / (4 * n ^ 2))
    ) / (1 + z_95() ^ 2 / n), 1.0) end;

-- difference of two estimates from their own bounds: Newcombe 1998 (method 10) for shares, MOVER in general
create temp macro difference_low(now, now_low, before, before_high) as
    now - before - sqrt((now - now_low) ^ 2 + (before_high - before) ^ 2);

create temp macro difference_high(now, now_high, before, before_low) as
    now - before + sqrt((now_high - now) ^ 2 + (before - before_low) ^ 2);

-- net score of a trinomial, adjusted Wald (Rocks 2016): 3/4 added to either end, 3 to the base, drawn to the figure
create temp macro net_adjusted(up, down, n) as (up - down) * n / (n + 3);

create temp macro net_error(up, down, n) as
    sqrt(((up + down) * n + 1.5) / (n + 3) / (n + 3) - net_adjusted(up, down, n) ^ 2 / (n + 3));

create temp macro net_low(up, down, n) as case when n > 0 then
    at_least(100 * least(up - down, net_adjusted(up, down, n) - z_95() * net_error(up, down, n)), -100.0) end;

create temp macro net_high(up, down, n) as case when n > 0 then
    at_most(100 * greatest(up - down, net_adjusted(up, down, n) + z_95() * net_error(up, down, n)), 100.0) end;

-- sample variance from a count, a sum and a sum of squares
create temp macro variance_of(n, total, squares) as
    case when n > 1 then at_least(squares - total ^ 2 / n, 0.0) / (n - 1) end;

create temp macro scale_low(scale) as
    case scale when 'nps_0_10' then 0.0 else 1.0 end;

create temp macro scale_high(scale) as
    case scale when 'nps_0_10' then 10.0 when 'rating_1_10' then 10.0 when 'ces_1_7' then 7.0 else 5.0 end;

-- half the width of a mean's 95 % interval (Student); n is the effective one; none where all agree, but for a rounding rest
create temp macro mean_reach(variance, n) as
    case when n > 1 and variance > 1e-9 then student_quantile((n - 1)::double) * sqrt(variance / n) end;

create temp macro metric_of(scale) as
    case scale when 'nps_0_10' then 'nps' when 'csat_1_5' then 'top_2_box_share_pct' else 'mean' end;

-- the figure a scale is quoted by, and its bounds; shares of promoters, detractors and top boxes go in as 0 to 1
create temp macro score_point(scale, up, down, top, mean) as
    case metric_of(scale)
        when 'nps' then round(100.0 * (up - down), 2) when 'mean' then round(mean, 3) else as_pct(top)
    end;

create temp macro score_low(scale, up, down, top, mean, variance, n) as
    case metric_of(scale)
        when 'nps' then round(net_low(up, down, n), 2)
        when 'mean' then round(at_least(mean - mean_reach(variance, n), scale_low(scale)), 3)
        else as_pct(wilson_low(top, n))
    end;

create temp macro score_high(scale, up, down, top, mean, variance, n) as
    case metric_of(scale)
        when 'nps' then round(net_high(up, down, n), 2)
        when 'mean' then round(at_most(mean + mean_reach(variance, n), scale_high(scale)), 3)
        else as_pct(wilson_high(top, n))
    end;

-- several answers on one scale are several facts: none of them is "the" score
create temp macro only_score(is_told, score) as case when count(*) filter (is_told) = 1 then max(score) filter (is_told) end;
