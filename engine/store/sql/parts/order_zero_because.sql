-- Why nothing was posted for an order v: what was said, or what took all of it.
CASE WHEN v.slot IS NULL AND v.cut_minor > 0 AND coalesce(v.zero_because, 'zero') = 'zero' THEN v.cut_by
            ELSE coalesce(v.zero_because, '') END
