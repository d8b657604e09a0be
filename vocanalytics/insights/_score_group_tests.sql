-- _score_group_tests: what a group and the rest score, and whether chance could make the difference.
--
-- Grain     one row per period, question, group; the rest are answers to the question that tell another value
-- Reads     _score_group_counts, _score_group_repeats, _score_questions
-- Params    $min_base  fewest answers of a group, and of a rest that is tested against
-- Caveats   Tests are on effective numbers. NPS: z from the variance of both together, on N-1 (Mantel 1963), which without
--           passives is the N-1 chi-squared test of shares (Campbell 2007); means: Welch 1947, null where one has no bounds.

with

counted as (

    select
        * exclude (doubled, linked, again), coalesce(doubled, 0) as doubled, n - coalesce(again, 0) as customer_count,
        sum(n) over everyone as n2, sum(total) over everyone as total2, sum(squares) over everyone as squares2,
        sum(up) over everyone as up2, sum(down) over everyone as down2, sum(top) over everyone as top2,
        -- Kish: of a customer in both, the rest has m_all - m
        coalesce(sum(linked) over everyone, 0) - 2 * coalesce(linked, 0) + coalesce(doubled, 0) as doubled0
    from _score_group_counts
    left join _score_group_repeats using (period_no, question_no, dimension_no, group_no)
    window everyone as (partition by period_no, question_no, dimension_no)

),

-- 1 the group, 0 the rest, 2 both
measured as (

    select
        period_no, question_no, source, score_scale, dimension_no, group_no, n as n1, (n2 - n)::bigint as n0, customer_count,
        n ^ 2 / (n + doubled) as e1, n0 ^ 2 / (n0 + doubled0) as e0,
        total / n as mean1, (total2 - total) / n0 as mean0,
        variance_of(n, total, squares) as variance1, variance_of(n0, total2 - total, squares2 - squares) as variance0,
        up / n as up1, (up2 - up) / n0 as up0, down / n as down1, (down2 - down) / n0 as down0,
        top / n as top1, (top2 - top) / n0 as top0,
        case metric_of(score_scale)
            when 'nps' then (up2 + down2) / n2 - ((up2 - down2) / n2) ^ 2 when 'mean' then variance_of(n2, total2, squares2)
            else top2 / n2 * (1 - top2 / n2)
        end as spread
    from counted
    inner join _score_questions using (question_no)
    where group_no > 0 and n >= $min_base and n2 > n

)

select
    *,
    score_point(score_scale, up1, down1, top1, mean1) as point1, score_point(score_scale, up0, down0, top0, mean0) as point0,
    score_low(score_scale, up1, down1, top1, mean1, variance1, e1) as low1,
    score_low(score_scale, up0, down0, top0, mean0, variance0, e0) as low0,
    score_high(score_scale, up1, down1, top1, mean1, variance1, e1) as high1,
    score_high(score_scale, up0, down0, top0, mean0, variance0, e0) as high0,
    variance1 / e1 as error1, variance0 / e0 as error0,
    case
        when n0 < $min_base then null
        when metric_of(score_scale) = 'nps' then normal_p_value((up1 - down1 - up0 + down0)
            / sqrt(nullif(spread, 0) * (1 / e1 + 1 / e0) * (e1 + e0) / (e1 + e0 - 1)))
        when metric_of(score_scale) = 'top_2_box_share_pct' then share_change_p_value(top1 * e1, e1, top0 * e0, e0)
        when low1 is not null and low0 is not null then student_p_value(
            (mean1 - mean0) / sqrt(error1 + error0),
            (error1 + error0) ^ 2 / (error1 ^ 2 / (e1 - 1) + error0 ^ 2 / (e0 - 1))
        )
    end as p_value
from measured
