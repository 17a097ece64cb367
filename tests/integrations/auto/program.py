"""A program that nobody edited, for git track run --auto."""

import lightgbm
import numpy
import optuna
import xgboost
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler

X = numpy.linspace(0, 1, 80).reshape(40, 2)
Y = (numpy.arange(40) > 19).astype(int)
X = StandardScaler().fit_transform(X)
data = xgboost.DMatrix(X, Y)
xgboost.train({"objective": "binary:logistic", "max_depth": 2}, data, 4, evals=[(data, "valid")])
search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=2).fit(X, Y)
print(search.best_estimator_.score(X, Y), accuracy_score(Y, search.predict(X)))
lightgbm.LGBMClassifier(n_estimators=2, num_leaves=3, verbose=-1).fit(X, Y, eval_set=[(X, Y)])
optuna.logging.disable_default_handler()
study = optuna.create_study(study_name="s")
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), 2)
