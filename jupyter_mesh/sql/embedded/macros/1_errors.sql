-- Raising an error, and arithmetic that has to.
CREATE OR REPLACE MACRO mesh_fail(message) AS CAST(CAST('mesh: ' || message AS INTEGER) AS VARCHAR);

CREATE OR REPLACE MACRO mesh_divide(a, b) AS CASE WHEN b = 0 THEN CAST('mesh: Division by zero' AS INTEGER) ELSE a // b END;

CREATE OR REPLACE MACRO mesh_modulus(a, b) AS CASE WHEN b = 0 THEN CAST('mesh: Division by zero' AS INTEGER) ELSE a % b END;

-- Java's remainder of doubles: the sign of the dividend, NaN for zero.
CREATE OR REPLACE MACRO mesh_remainder(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN CAST('nan' AS DOUBLE) ELSE a % b END;

-- Whole division rounded half away from zero.
CREATE OR REPLACE MACRO mesh_half_up(a, b) AS CASE WHEN b = 0 THEN CAST('mesh: Division by zero' AS INTEGER) WHEN abs(a % b) * 2 >= abs(b) THEN a // b + CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END ELSE a // b END;
